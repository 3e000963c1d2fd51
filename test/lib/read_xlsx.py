# SPDX-License-Identifier: Apache-2.0
"""read_xlsx.py FILE [count]: prints what openpyxl reads in a workbook: every sheet, every row, every cell with its type.
With `count`, for large ones and without openpyxl: how many rows the first sheet has and the sum of its second column."""
import re
import sys
import zipfile


def value(raw):
    """A text as programs show it: _x0041_ is the character of that number (ECMA-376-1, 22.9.2.19)."""
    return unescape(raw) if isinstance(raw, str) else raw


if len(sys.argv) > 2:
    archive = zipfile.ZipFile(sys.argv[1])
    assert archive.testzip() is None
    sheet = archive.read("xl/worksheets/sheet1.xml")
    numbers = re.findall(rb'<c r="B\d+" s="2"><v>(-?\d+)</v></c>', sheet)
    print(sheet.count(b"<row "), len(numbers), sum(map(int, numbers)))
    sys.exit()

import openpyxl
from openpyxl.utils.escape import unescape

for sheet in openpyxl.load_workbook(open(sys.argv[1], "rb")):
    print(f"[{sheet.title}]", ",".join(f"{key}:{column.width:g}" for key, column in sorted(sheet.column_dimensions.items())))
    for row in sheet.iter_rows():
        print("|".join(f"{cell.data_type}{'b' if cell.font.b else ''} {cell.number_format} {value(cell.value)!r}" for cell in row))
