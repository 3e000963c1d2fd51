// SPDX-License-Identifier: Apache-2.0
// session.ts: the Session object of the API and what paying it answers, as far as fields read them (komoju-core 7.3 to 7.5).
export interface Method {
  type: string; amount?: number; currency?: string; exchange_rate?: number; customer_fee?: number; offsite?: boolean;
  additional_fields?: string[]; brands?: string[] | Record<string, { icon: string }>;
}
export interface Payment { id: string; status: string; total: number; currency: string; payment_deadline: string | null; payment_details: Record<string, unknown> }
export interface LineItem { description: string; amount?: number; quantity?: number }
export interface Session {
  id: string; mode: 'payment' | 'customer' | 'customer_payment'; amount: number; currency: string; status: 'pending' | 'completed' | 'cancelled';
  expired: boolean; default_locale: string; return_url: string | null; payment_methods: Method[]; merchant: { name: string };
  line_items?: LineItem[]; payment?: Payment | null; email?: string;
}
export interface Paid { status: 'completed' | 'pending'; redirect_url: string | null; payment?: Payment }
