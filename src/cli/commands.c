/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c: the table of commands. */
#include "cli/cli.h"
#include "core/screen.h"

/* In the order of enum platform_kind, as far as the operator makes them. */
static const char *const KINDS[] = {"", "ordinary", "platform", "marketplace", NULL};

/* In the order of enum screen_limit. */
static const char *const SCREEN_LIMITS_NAMES[] = {
    "",
#define SCREEN_LIMIT(name, number, slug, kind, counted, most, window_s, text) [number] = (slug),
#include "core/screen.def"
#undef SCREEN_LIMIT
    NULL,
};

/* In the order of enum screen_kind, without the first: a merchant is on no list. */
static const char *const SCREEN_MARKS[] = {"", "ip", "card", "bin", "email", NULL};

static const char *const DISPUTE_OUTCOMES[] = {"", "won", "lost", NULL};

static const char *const LOCALES_CHOICES[] = {"", "ja", "en", "ko", NULL};

/* In the order of the bits of enum operator_right. */
static const char *const OPERATOR_RIGHTS[] = {"",        "review",  "payout", "approve",
                                              "resolve", "correct", NULL};

static const struct option_row ROWS[OPTIONS] = {
#define OPTION(name, text_, kind_, placeholder_, repeat_, least_, most_, choices_, prose_)         \
    [OPT_##name] = {.text = (text_),                                                               \
                    .kind = OPTION_##kind_,                                                        \
                    .placeholder = (placeholder_),                                                 \
                    .may_repeat = (repeat_),                                                       \
                    .least = (least_),                                                             \
                    .most = (most_),                                                               \
                    .choices = (choices_),                                                         \
                    .prose = (prose_)},
#include "cli/options.def"
#undef OPTION
};

const struct option_row *option_row(enum option option)
{
    return &ROWS[option];
}

enum { OPTIONAL = false, REQUIRED = true };

static const struct command_option SERVE[] = {
    {OPT_DB, REQUIRED},
    {OPT_LISTEN, REQUIRED},
    {OPT_PUBLIC_URL, OPTIONAL},
    {OPT_PRIVATE_HOOKS, OPTIONAL},
    {OPT_METRICS, OPTIONAL},
    {OPT_KEY_FILE, OPTIONAL},
    {OPT_RATE_LIMIT, OPTIONAL},
    {OPT_RATE_LIMIT_TEST, OPTIONAL},
    {OPT_TRUSTED_PROXY, OPTIONAL},
    {OPT_SMTP, OPTIONAL},
    {OPT_SMTP_PASSWORD, OPTIONAL},
    {OPT_MAIL_FROM, OPTIONAL},
    {OPT_SMTP_TEST, OPTIONAL},
    {OPT_BANK_CODES, OPTIONAL},
    {OPT_VERBOSE, OPTIONAL},
};
static const struct command_option MERCHANT_CREATE[] = {
    {OPT_DB, REQUIRED},
    {OPT_NAME, REQUIRED},
    {OPT_KIND, REQUIRED},
    {OPT_LIVE, OPTIONAL},
};
static const struct command_option MERCHANT_RATE[] = {
    {OPT_DB, REQUIRED},           {OPT_MERCHANT, REQUIRED}, {OPT_METHOD, REQUIRED},
    {OPT_PERCENT, OPTIONAL},      {OPT_FIXED, OPTIONAL},    {OPT_MINIMUM, OPTIONAL},
    {OPT_CUSTOMER_FEE, OPTIONAL},
};
static const struct command_option MERCHANT_EXPIRY[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_METHOD, REQUIRED},
    {OPT_EXPIRY_DAYS, OPTIONAL},
};
static const struct command_option MERCHANT_CHARGEBACK_FEE[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_CHARGEBACK_FEE, OPTIONAL},
};
static const struct command_option KEY_ROLL[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option MERCHANT_LEGACY[] = {
    {OPT_DB, REQUIRED},  {OPT_MERCHANT, REQUIRED}, {OPT_ON, OPTIONAL},
    {OPT_OFF, OPTIONAL}, {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option MERCHANT_BRAND[] = {
    {OPT_DB, REQUIRED},   {OPT_MERCHANT, REQUIRED}, {OPT_COLOR, OPTIONAL},
    {OPT_LOGO, OPTIONAL}, {OPT_CONTACT, OPTIONAL},  {OPT_BRAND_DEFAULT, OPTIONAL},
};
static const struct command_option OPEN_DISPUTE[] = {
    {OPT_DB, REQUIRED},
    {OPT_DISPUTED, REQUIRED},
    {OPT_REASON_CODE, OPTIONAL},
    {OPT_CLAIM, OPTIONAL},
};
static const struct command_option END_DISPUTE[] = {
    {OPT_DB, REQUIRED},
    {OPT_DISPUTE, REQUIRED},
    {OPT_OUTCOME, REQUIRED},
};
static const struct command_option OF_DISPUTE[] = {
    {OPT_DB, REQUIRED},
    {OPT_DISPUTE, REQUIRED},
    {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option EXCHANGE_RATE_SET[] = {
    {OPT_DB, REQUIRED},          {OPT_MERCHANT, REQUIRED}, {OPT_FROM_CURRENCY, REQUIRED},
    {OPT_TO_CURRENCY, REQUIRED}, {OPT_RATE, REQUIRED},
};
static const struct command_option OF_MERCHANT[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
};
static const struct command_option AUDIT[] = {
    {OPT_DB, REQUIRED},
    {OPT_PROGRESS, OPTIONAL},
};
static const struct command_option OF_DATABASE[] = {
    {OPT_DB, REQUIRED},
};
static const struct command_option BACKUP[] = {
    {OPT_DB, REQUIRED},
    {OPT_TO_FILE, REQUIRED},
};
static const struct command_option MIGRATE_STORE[] = {
    {OPT_FROM, REQUIRED},
    {OPT_TO_URL, REQUIRED},
};
static const struct command_option WEBHOOK_ADD[] = {
    {OPT_DB, REQUIRED},    {OPT_MERCHANT, REQUIRED}, {OPT_URL, REQUIRED},
    {OPT_EVENT, OPTIONAL}, {OPT_SECRET, REQUIRED},   {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option WEBHOOK_REMOVE[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_URL, REQUIRED},
};

static const struct command_option LINK_CREATE[] = {
    {OPT_DB, REQUIRED},           {OPT_MERCHANT, REQUIRED},   {OPT_CURRENCY, REQUIRED},
    {OPT_AMOUNT, OPTIONAL},       {OPT_LEAST, OPTIONAL},      {OPT_MOST, OPTIONAL},
    {OPT_DESCRIPTION, OPTIONAL},  {OPT_REUSABLE, OPTIONAL},   {OPT_EXPIRES_IN, OPTIONAL},
    {OPT_PAYMENT_TYPE, OPTIONAL}, {OPT_LOCALE, OPTIONAL},     {OPT_RETURN_URL, OPTIONAL},
    {OPT_ORDER_NUM, OPTIONAL},    {OPT_PUBLIC_URL, OPTIONAL},
};
static const struct command_option LINK_LIST[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_PUBLIC_URL, OPTIONAL},
};
static const struct command_option LINK_DEACTIVATE[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_LINK, REQUIRED},
    {OPT_PUBLIC_URL, OPTIONAL},
};

static const struct command_option PAYMENT_SETTLE[] = {
    {OPT_DB, REQUIRED},
    {OPT_PAYMENT, REQUIRED},
};
static const struct command_option REFUND_REQUEST_LIST[] = {
    {OPT_DB, REQUIRED},
    {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option REFUND_REQUEST_COMPLETE[] = {
    {OPT_DB, REQUIRED},
    {OPT_ID, REQUIRED},
};
static const struct command_option REFUND_REQUEST_REJECT[] = {
    {OPT_DB, REQUIRED},
    {OPT_ID, REQUIRED},
    {OPT_REASON, OPTIONAL},
};

static const struct command_option SCREEN_LIMIT_SET[] = {
    {OPT_DB, REQUIRED},    {OPT_MERCHANT, REQUIRED}, {OPT_LIMIT, OPTIONAL},
    {OPT_COUNT, OPTIONAL}, {OPT_WINDOW, OPTIONAL},   {OPT_DEFAULT, OPTIONAL},
};
static const struct command_option SCREEN_ENTRY[] = {
    {OPT_DB, REQUIRED},    {OPT_MERCHANT, REQUIRED},  {OPT_MARK, REQUIRED},
    {OPT_VALUE, OPTIONAL}, {OPT_MADE_WITH, OPTIONAL}, {OPT_DAYS, OPTIONAL},
    {OPT_NOTE, OPTIONAL},  {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option SCREEN_REMOVE[] = {
    {OPT_DB, REQUIRED},    {OPT_MERCHANT, REQUIRED},  {OPT_MARK, REQUIRED},
    {OPT_VALUE, OPTIONAL}, {OPT_MADE_WITH, OPTIONAL}, {OPT_KEY_FILE, OPTIONAL},
};
static const struct command_option SCREEN_FRAUD[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_PAYMENT, REQUIRED},
};

static const struct command_option LISTEN[] = {
    {OPT_BASE, REQUIRED},     {OPT_API_KEY, REQUIRED}, {OPT_FORWARD, REQUIRED},
    {OPT_FROM_SEQ, OPTIONAL}, {OPT_SECRET, OPTIONAL},
};

static const struct command_option OPERATOR_ADD[] = {
    {OPT_DB, REQUIRED},
    {OPT_MERCHANT, REQUIRED},
    {OPT_PERSON, REQUIRED},
    {OPT_RIGHT, OPTIONAL},
};
static const struct command_option OF_OPERATOR[] = {
    {OPT_DB, REQUIRED},
    {OPT_PERSON_ID, REQUIRED},
};

static const struct command_option BANK_CODES[] = {
    {OPT_CODES_FILE, OPTIONAL},
};

#define TAKES(list) .options = (list), .count = COUNT(list)

const struct command_row COMMANDS[] = {
    {.group = "serve",
     .prose = "Runs the server.",
     .more =
         "Prints one line, `kessai VERSION listening on http://HOST:PORT`, once it listens; logs "
         "to standard error. SIGTERM and SIGINT let it answer what is under way, for at most 10 "
         "seconds, and end with status 0. The key of the card vault is made when the database "
         "has none yet (--key-file): keep it on another backup, and give it to every server. A "
         "second server on the same SQLite file refuses to start; on PostgreSQL any number may "
         "serve one database. Without --public-url, links point to the address it listens on.",
     TAKES(SERVE),
     .run = run_serve},
    {.group = "merchant",
     .verb = "create",
     .prose = "Makes a merchant with a pair of API keys; makes the database if there is none.",
     .more =
         "Prints one JSON line: id, secret_key, publishable_key, live. The secret key is shown "
         "this once and kept as a hash only. The merchant is accepted and has every payment type "
         "at its usual rate.",
     TAKES(MERCHANT_CREATE),
     .run = run_merchant_create},
    {.group = "merchant",
     .verb = "rate",
     .prose = "Sets what a merchant pays for a payment type.",
     .more = "What is not given keeps its value; with nothing given it only shows. Prints one JSON "
             "line: merchant, method, percent, fixed, minimum, customer_fee. Captures from then on "
             "pay the new rate.",
     TAKES(MERCHANT_RATE),
     .run = run_merchant_rate},
    {.group = "merchant",
     .verb = "expiry",
     .prose = "Shows or sets how many days the slips of a merchant are waited for.",
     .more = "It holds for konbini and bank_transfer payments from then on that do not say "
             "expiry_days themselves. Prints one JSON line: merchant, method, expiry_days.",
     TAKES(MERCHANT_EXPIRY),
     .run = run_merchant_expiry},
    {.group = "merchant",
     .verb = "chargeback-fee",
     .prose = "Shows or sets what a lost dispute costs a merchant besides the money.",
     .more = "It is taken with every chargeback from then on, with 10 % tax on top, from whoever "
             "processed the payment; payments in other currencies cost none. Prints one JSON line: "
             "merchant, chargeback_fee.",
     TAKES(MERCHANT_CHARGEBACK_FEE),
     .run = run_merchant_chargeback_fee},
    {.group = "merchant",
     .verb = "legacy",
     .prose = "Shows or switches whether a merchant's shop may use the legacy hosted page.",
     .more = "The page takes a query that the shop has signed with its secret key. With --on that "
             "key is read from standard input, and what signs with it is kept, sealed with the "
             "vault's key; keys that it is rolled to are kept as well. With --off all of it is "
             "forgotten. Of ordinary merchants only. Prints one JSON line: merchant, legacy.",
     TAKES(MERCHANT_LEGACY),
     .run = run_merchant_legacy},
    {.group = "merchant",
     .verb = "brand",
     .prose = "Shows or sets how a merchant looks to its buyers: colour, logo, contact.",
     .more =
         "What is not given keeps its value; with nothing given it only shows. A merchant below "
         "the root without any of its own looks as the root does. Text on the colour is black "
         "or white, whichever is read better. Prints one JSON line: merchant, color, contact, "
         "logo (content_type, width, height, bytes).",
     TAKES(MERCHANT_BRAND),
     .run = run_merchant_brand},
    {.group = "exchange-rate",
     .verb = "set",
     .prose = "Sets at what rate a merchant's sessions are paid in another currency.",
     .more = "Payment types that do not take a session's currency are offered in their own where "
             "there is a rate. A session keeps the rates of the time when it was made. Prints one "
             "JSON line: from, to, rate, since.",
     TAKES(EXCHANGE_RATE_SET),
     .run = run_exchange_rate_set},
    {.group = "exchange-rate",
     .verb = "list",
     .prose = "Shows a merchant's exchange rates.",
     .more = "One JSON line each, as `exchange-rate set` prints it.",
     TAKES(OF_MERCHANT),
     .run = run_exchange_rate_list},
    {.group = "key",
     .verb = "roll",
     .prose = "Gives a merchant a new pair of API keys.",
     .more =
         "The old pair stays valid for 24 hours. Prints one JSON line: id, secret_key, "
         "publishable_key, live, overlap_until. A sub-merchant has a publishable key only. Where "
         "the legacy page is on, it is for the new key too, and the vault's key is needed.",
     TAKES(KEY_ROLL),
     .run = run_key_roll},
    {.group = "audit",
     .prose = "Proves the books: derives every balance anew from the rows.",
     .more = "Prints `0 findings` and ends with status 0, or one line per finding and ends with "
             "status 1. Only reads, and may run beside a busy server. With --progress it looks "
             "only at what is new or could have changed since the audit that wrote the file, says "
             "on standard error what it did not look at again, and writes the file anew if there "
             "is no finding; what was changed by hand before that point needs an audit without "
             "it. doc/audit.md explains every check.",
     TAKES(AUDIT),
     .run = run_audit},
    {.group = "backup",
     .prose = "Copies an SQLite store while its server runs.",
     .more =
         "The copy is one state of the database, is on the disk and has been checked when the "
         "command ends, and replaces no file. It is a database as it is: serve or audit it. The "
         "vault's key file is not in it and needs a backup elsewhere. For PostgreSQL there are "
         "pg_dump and pg_basebackup.",
     TAKES(BACKUP),
     .run = run_backup},
    {.group = "migrate-store",
     .prose = "Copies a whole store into an empty one of either kind, and proves the copy.",
     .more = "Prints one line per table: its name, its rows, and the hash of them that both sides "
             "have. The target is filled in one transaction, which commits when every table is "
             "equal. Refuses while a server runs on either side; other commands wait. The copy "
             "needs the same key file.",
     TAKES(MIGRATE_STORE),
     .run = run_migrate_store},
    {.group = "distribute",
     .prose = "Spreads a PostgreSQL store over a Citus cluster, by tenant.",
     .more = "Tables of tenants are distributed by the tenant, all in one group, so that a "
             "transaction stays on one node; the few that tenants share are copied to every node. "
             "What is distributed already is left alone. Refuses a database without the citus "
             "extension.",
     TAKES(OF_DATABASE),
     .run = run_distribute},
    {.group = "webhook",
     .verb = "add",
     .prose = "Adds an address to which a merchant's events are sent, and sends it a ping.",
     .more =
         "Prints one JSON line: id, url, types. The secret is sealed with the vault's key. Events "
         "are sent by the server, which refuses private addresses unless it was started with "
         "--allow-private-webhooks.",
     TAKES(WEBHOOK_ADD),
     .run = run_webhook_add},
    {.group = "webhook",
     .verb = "list",
     .prose = "Shows a merchant's webhook endpoints and how they are doing.",
     .more = "Prints one JSON line per endpoint: id, url, types (none: all), created_at, how many "
             "deliveries are waiting, delivered and given_up, last_attempt_at, and the newest "
             "deliveries.",
     TAKES(OF_MERCHANT),
     .run = run_webhook_list},
    {.group = "webhook",
     .verb = "remove",
     .prose = "Ends a webhook endpoint and what still waits for it.",
     .more = "Prints one JSON line: id, url, removed.",
     TAKES(WEBHOOK_REMOVE),
     .run = run_webhook_remove},
    {.group = "link",
     .verb = "create",
     .prose = "Makes a payment link: an address behind which something is paid.",
     .more = "Prints one JSON line, the object of the API; without --public-url its url is a path. "
             "Without --reusable it is paid once. Splits are for the API only.",
     TAKES(LINK_CREATE),
     .run = run_link_create},
    {.group = "link",
     .verb = "list",
     .prose = "Shows a merchant's payment links, newest first.",
     .more = "Prints one JSON line per link.",
     TAKES(LINK_LIST),
     .run = run_link_list},
    {.group = "link",
     .verb = "deactivate",
     .prose = "Ends a payment link: nobody can open it any more.",
     .more = "Of one that is paid once the session that is open is cancelled as well; those of a "
             "reusable one can be paid until they expire. Prints one JSON line.",
     TAKES(LINK_DEACTIVATE),
     .run = run_link_deactivate},
    {.group = "payment",
     .verb = "refused",
     .prose = "Shows payments that their rail refuses to void, or to give late money back for.",
     .more = "Prints one JSON line per payment of every merchant: id, merchant, live, status, "
             "amount (with what the customer pays on top), currency, late_money (whether money has "
             "come that is to go back), refusals, next_at (when the rail is asked again).",
     TAKES(OF_DATABASE),
     .run = run_payment_refused},
    {.group = "payment",
     .verb = "settle",
     .prose = "Ends a payment that its rail refuses to void, after its acquirer has been asked.",
     .more = "For payments that `payment refused` shows, once the acquirer has let go of what it "
             "holds or has paid late money back. An open payment expires (is cancelled, if its "
             "session has ended without it), and its event is sent; late money counts as given "
             "back. Nothing is posted: no such payment has anything in the ledger. Prints one JSON "
             "line: payment, settled.",
     TAKES(PAYMENT_SETTLE),
     .run = run_payment_settle},
    {.group = "refund-request",
     .verb = "list",
     .prose = "Shows the refund requests that wait for a bank transfer.",
     .more = "Prints one JSON line per pending request of every merchant, oldest first: id, "
             "payment, merchant, live, transfer (what the customer gets), currency, "
             "customer_name, account_number, account_type, bank_name, bank_code, branch_name, "
             "branch_number, created_at. Whose account it is is personal data: the vault's key "
             "opens it.",
     TAKES(REFUND_REQUEST_LIST),
     .run = run_refund_request_list},
    {.group = "refund-request",
     .verb = "complete",
     .prose = "Says that a refund request has been paid by bank transfer.",
     .more = "Posts the refund, its fee and the tax on it, and tells the merchant. If a balance "
             "has become short since, the request is rejected and the command ends with status "
             "1: so look before the transfer. Prints one JSON line: id, status.",
     TAKES(REFUND_REQUEST_COMPLETE),
     .run = run_refund_request_complete},
    {.group = "refund-request",
     .verb = "reject",
     .prose = "Says that a refund request cannot be paid.",
     .more = "Nothing is posted and no fee is taken; the balances that were held for it are free "
             "again. Prints one JSON line: id, status.",
     TAKES(REFUND_REQUEST_REJECT),
     .run = run_refund_request_reject},
    {.group = "dispute",
     .verb = "list",
     .prose = "Shows the disputes that are open.",
     .more = "Prints one JSON line per open chargeback request of every merchant, oldest first: "
             "id, status (pending: the merchant has not answered; defended: the bank decides), "
             "payment, merchant, live, amount (what is at stake), currency, reason_code, reason, "
             "created_at, due_date, defended_at.",
     TAKES(OF_DATABASE),
     .run = run_dispute_list},
    {.group = "dispute",
     .verb = "open",
     .prose = "Says that a cardholder's bank wants the money of a payment back.",
     .more = "The merchant has until the end of the ninth day in Japan to accept it or to defend "
             "itself; no money moves before. Prints one JSON line: id, status, due_date.",
     TAKES(OPEN_DISPUTE),
     .run = run_dispute_open},
    {.group = "dispute",
     .verb = "end",
     .prose = "Says how a dispute has ended.",
     .more = "Won, it is cancelled and nothing moves; lost, all of the payment that has not been "
             "given back goes back, whatever the balance of the merchant that processed it. "
             "Prints one JSON line: id, status, due_date.",
     TAKES(END_DISPUTE),
     .run = run_dispute_end},
    {.group = "dispute",
     .verb = "show",
     .prose = "Shows a dispute with what the merchant says to it.",
     .more = "Prints the chargeback request as the merchant sees it, one JSON line. What it says "
             "is personal data: the vault's key opens it.",
     TAKES(OF_DISPUTE),
     .run = run_dispute_show},
    {.group = "dispute",
     .verb = "document",
     .prose = "Writes the document of a defence to the standard output.",
     .more = "For the acquirer: > FILE. `dispute show` says what kind it is.",
     TAKES(OF_DISPUTE),
     .run = run_dispute_document},
    {.group = "screen",
     .verb = "limit",
     .prose = "Shows or sets how often somebody may try to pay a merchant.",
     .more = "Prints one JSON line for each limit: merchant, limit, count, window, set_by, text. A "
             "limit that is set holds for every call from then on; the defaults hold for what "
             "browsers ask of live merchants. What is set for a platform or marketplace holds for "
             "the merchants below it that have not set it. doc/screening.md explains each.",
     TAKES(SCREEN_LIMIT_SET),
     .run = run_screen_limit},
    {.group = "screen",
     .verb = "block",
     .prose = "Puts somebody on a merchant's block list.",
     .more = "Payments from this address, with this card or BIN, or of this customer are refused. "
             "Prints one JSON line: merchant, list, kind, value, note, expires_at. A list of a "
             "platform or marketplace holds for the merchants below it too.",
     TAKES(SCREEN_ENTRY),
     .run = run_screen_block},
    {.group = "screen",
     .verb = "allow",
     .prose = "Puts somebody on a merchant's allow list.",
     .more = "No limit holds for him; a block does. Prints what `screen block` prints.",
     TAKES(SCREEN_ENTRY),
     .run = run_screen_allow},
    {.group = "screen",
     .verb = "remove",
     .prose = "Takes somebody off a merchant's lists.",
     .more = "Prints one JSON line: merchant, list (none), kind, value.",
     TAKES(SCREEN_REMOVE),
     .run = run_screen_remove},
    {.group = "screen",
     .verb = "list",
     .prose = "Shows a merchant's block and allow lists.",
     .more = "Prints one JSON line per entry, newest first: list, kind, value, note, created_at, "
             "expires_at.",
     TAKES(OF_MERCHANT),
     .run = run_screen_list},
    {.group = "screen",
     .verb = "fraud",
     .prose = "Marks a payment as fraud.",
     .more = "Sends payment.marked.as.fraud, and blocks the payment's card for the merchant that "
             "processed it. No money moves: refund it, or wait for the chargeback. Prints one JSON "
             "line: payment, marked_as_fraud, card (its fingerprint; none: it was made without).",
     TAKES(SCREEN_FRAUD),
     .run = run_screen_fraud},
    {.group = "operator",
     .verb = "add",
     .prose = "Gives a person of the operator a key of its own.",
     .more = "Of one platform, marketplace or merchant. The key opens routes of the operator only, "
             "and of these those whose right the person has. Prints one JSON line: merchant, id, "
             "name, rights, live, key. The key is shown once; what is kept is its hash.",
     TAKES(OPERATOR_ADD),
     .run = run_operator_add},
    {.group = "operator",
     .verb = "list",
     .prose = "Shows the people of the operator.",
     .more = "Prints one JSON line each: merchant, id, name, rights, created_at, disabled_at.",
     TAKES(OF_DATABASE),
     .run = run_operator_list},
    {.group = "operator",
     .verb = "disable",
     .prose = "Takes a person's key away.",
     .more = "Servers refuse it within a second. The person's name stays with what it has decided.",
     TAKES(OF_OPERATOR),
     .run = run_operator_disable},
    {.group = "bank",
     .verb = "codes",
     .prose = "Prints the list of Japan's banks and branches that is built in, or checks another.",
     .more = "The list changes every week as banks merge: print it, change it, check it with "
             "--file, and give it to `serve --bank-codes`. What is checked is told in one JSON "
             "line: banks, branches; an error with its line.",
     TAKES(BANK_CODES),
     .run = run_bank_codes},
    {.group = "listen",
     .prose = "Follows a merchant's events and sends each to a program, as if it were a webhook.",
     .more = "For development: the program needs no public address. Prints one line per event that "
             "was taken: number, type, id, status. An event that is not answered with 2xx is tried "
             "again before the next one is sent; after a disconnect it goes on with the event "
             "after the last that was taken, so none is lost. With --secret the requests are "
             "signed. SIGTERM and SIGINT end it with status 0; a key that the server refuses ends "
             "it with status 1.",
     TAKES(LISTEN),
     .run = run_listen},
    {.group = "openapi",
     .prose = "Prints the API as an OpenAPI 3.1 document.",
     .more = "It is what a server answers to GET /api/v1/openapi.json.",
     .run = run_openapi},
    {.group = "version", .prose = "Prints the version.", .run = run_version},
};
const size_t COMMAND_COUNT = COUNT(COMMANDS);
