/* SPDX-License-Identifier: Apache-2.0 */
/* layout.h: the records of the Zengin formats, field by field.
 *
 * A record is a list of F(name, bytes) in the order of the file; LAYOUT(RECORD, bytes) makes
 * constants of it, and does not compile unless the widths add up. AT(name) is a field's place.
 *
 * Used by  bank
 * Source   bank-rails 3.2 to 3.4, 4.3, 4.4 */
#ifndef KESSAI_BANK_LAYOUT_H
#define KESSAI_BANK_LAYOUT_H

#include <assert.h>
#include <stddef.h>

struct record_field {
    size_t at, bytes; /* at counts from 0 */
};

#define LAYOUT_PLACE(name, bytes) name, name##_END = name + (bytes)-1,
#define LAYOUT(record, bytes)                                                                      \
    enum { record(LAYOUT_PLACE) record##_BYTES };                                                  \
    static_assert((int)record##_BYTES == (int)(bytes), "the fields fill the record")
#define AT(name) ((struct record_field){(name), name##_END - (name) + 1})

enum { TRANSFER_BYTES = 120, STATEMENT_BYTES = 200 };

/* clang-format off */

/* 21 総合振込, bulk transfer */
#define TRANSFER_HEADER(F) \
    F(TH_RECORD, 1)        /* 1 */ \
    F(TH_KIND, 2)          /* 種別コード */ \
    F(TH_ENCODING, 1)      /* コード区分: 0 JIS */ \
    F(TH_CLIENT_CODE, 10)  /* 振込依頼人コード */ \
    F(TH_CLIENT_NAME, 40)  /* 振込依頼人名 */ \
    F(TH_DATE, 4)          /* 振込指定日, MMDD */ \
    F(TH_BANK, 4) F(TH_BANK_NAME, 15) F(TH_BRANCH, 3) F(TH_BRANCH_NAME, 15) \
    F(TH_TYPE, 1)          /* 預金種目 */ \
    F(TH_NUMBER, 7) F(TH_DUMMY, 17)
#define TRANSFER_DATA(F) \
    F(TD_RECORD, 1)        /* 2 */ \
    F(TD_BANK, 4) F(TD_BANK_NAME, 15) F(TD_BRANCH, 3) F(TD_BRANCH_NAME, 15) \
    F(TD_CLEARING, 4)      /* 手形交換所番号, not used */ \
    F(TD_TYPE, 1) F(TD_NUMBER, 7) \
    F(TD_HOLDER, 30)       /* 受取人名 */ \
    F(TD_AMOUNT, 10) \
    F(TD_NEW_CODE, 1)      /* 新規コード */ \
    F(TD_CUSTOMER_1, 10) F(TD_CUSTOMER_2, 10) /* 顧客コード; EDI情報 lies over both */ \
    F(TD_SERVICE, 1)       /* 振込指定区分: 7 電信 */ \
    F(TD_MARK, 1)          /* 識別表示: Y has EDI */ \
    F(TD_DUMMY, 7)
#define TRANSFER_TRAILER(F) F(TT_RECORD, 1) F(TT_COUNT, 6) F(TT_TOTAL, 12) F(TT_DUMMY, 101)
#define TRANSFER_END(F)     F(TE_RECORD, 1) F(TE_DUMMY, 119)

/* 03 入出金取引明細, a statement */
#define ENTRIES_HEADER(F) \
    F(EH_RECORD, 1) F(EH_KIND, 2) F(EH_ENCODING, 1) \
    F(EH_MADE, 6) F(EH_FROM, 6) F(EH_TO, 6) /* 作成日, 勘定日 自 至 */ \
    F(EH_BANK, 4) F(EH_BANK_NAME, 15) F(EH_BRANCH, 3) F(EH_BRANCH_NAME, 15) F(EH_DUMMY_1, 3) \
    F(EH_TYPE, 1) F(EH_NUMBER, 10) F(EH_HOLDER, 40) \
    F(EH_SIGN, 1)          /* 貸越区分: 2 overdrawn */ \
    F(EH_BOOK, 1) F(EH_OPENING, 14) F(EH_DUMMY_2, 71)
#define ENTRIES_DATA(F) \
    F(ED_RECORD, 1) \
    F(ED_REFERENCE, 8)     /* 照会番号 */ \
    F(ED_BOOKED, 6) F(ED_VALUED, 6) /* 勘定日, 起算日 */ \
    F(ED_DIRECTION, 1)     /* 入払区分: 1 in, 2 out */ \
    F(ED_CATEGORY, 2)      /* 取引区分: 19 correction */ \
    F(ED_AMOUNT, 12) F(ED_CHEQUES, 12) F(ED_PRESENTED, 6) F(ED_BOUNCED, 6) F(ED_PAPER, 1) \
    F(ED_PAPER_NUMBER, 7) F(ED_OTHER_BRANCH, 3) \
    F(ED_CLIENT_CODE, 10) F(ED_NAME, 48) F(ED_SENDER_BANK, 15) F(ED_SENDER_BRANCH, 15) \
    F(ED_MEMO, 20)         /* 摘要内容 */ \
    F(ED_EDI, 20) F(ED_DUMMY, 1)
#define ENTRIES_TRAILER(F) \
    F(ET_RECORD, 1) F(ET_IN_COUNT, 6) F(ET_IN, 13) F(ET_OUT_COUNT, 6) F(ET_OUT, 13) \
    F(ET_SIGN, 1) F(ET_CLOSING, 14) F(ET_LINES, 7) F(ET_DUMMY, 139)
#define ENTRIES_END(F) F(EE_RECORD, 1) F(EE_RECORDS, 10) F(EE_ACCOUNTS, 5) F(EE_DUMMY, 184)

/* 01 振込入金通知, credits */
#define NOTICE_HEADER(F) \
    F(NH_RECORD, 1) F(NH_KIND, 2) F(NH_ENCODING, 1) F(NH_MADE, 6) F(NH_FROM, 6) F(NH_TO, 6) \
    F(NH_BANK, 4) F(NH_BANK_NAME, 15) F(NH_BRANCH, 3) F(NH_BRANCH_NAME, 15) \
    F(NH_TYPE, 1) F(NH_NUMBER, 7) F(NH_HOLDER, 40) F(NH_DUMMY, 93)
#define NOTICE_DATA(F) \
    F(ND_RECORD, 1) F(ND_REFERENCE, 6) F(ND_BOOKED, 6) F(ND_VALUED, 6) F(ND_AMOUNT, 10) \
    F(ND_CHEQUES, 10) F(ND_CLIENT_CODE, 10) F(ND_NAME, 48) F(ND_SENDER_BANK, 15) \
    F(ND_SENDER_BRANCH, 15) \
    F(ND_CANCELLED, 1)     /* 取消区分: 1 cancelled */ \
    F(ND_EDI, 20) F(ND_DUMMY, 52)
#define NOTICE_TRAILER(F) \
    F(NT_RECORD, 1) F(NT_COUNT, 6) F(NT_TOTAL, 12) F(NT_CANCELLED_COUNT, 6) F(NT_CANCELLED, 12) \
    F(NT_DUMMY, 163)
#define NOTICE_END(F) F(NE_RECORD, 1) F(NE_DUMMY, 199)

/* clang-format on */

LAYOUT(TRANSFER_HEADER, TRANSFER_BYTES);
LAYOUT(TRANSFER_DATA, TRANSFER_BYTES);
LAYOUT(TRANSFER_TRAILER, TRANSFER_BYTES);
LAYOUT(TRANSFER_END, TRANSFER_BYTES);
LAYOUT(ENTRIES_HEADER, STATEMENT_BYTES);
LAYOUT(ENTRIES_DATA, STATEMENT_BYTES);
LAYOUT(ENTRIES_TRAILER, STATEMENT_BYTES);
LAYOUT(ENTRIES_END, STATEMENT_BYTES);
LAYOUT(NOTICE_HEADER, STATEMENT_BYTES);
LAYOUT(NOTICE_DATA, STATEMENT_BYTES);
LAYOUT(NOTICE_TRAILER, STATEMENT_BYTES);
LAYOUT(NOTICE_END, STATEMENT_BYTES);

/* EDI情報 in a transfer lies over both customer codes. */
#define TRANSFER_EDI ((struct record_field){TD_CUSTOMER_1, 20})

#endif
