import pytest

from batches.formats import columns
from batches.formats.columns import PRODUCT, SERIAL, URLS, Columns

SERIALS = [
    "S. No.",
    "S.No",
    "s no",
    "serialNumber",
    "Serial Number",
    "SERIAL_NUMBER",
    "Sr No",
    "Sl. No.",
    "#",
    "S#",
    "№",
]
PRODUCTS = ["Product Name", "productName", "product_name", "product", "Name", "SKU", "sku name", "Item"]
IMAGES = [
    *("Input Image Urls", "inputImageUrls", "input_image_urls", "Image URL", "image_urls", "Image URL(s)", "urls"),
    *("images", "url", "photo urls", "Photos", "Picture Links", "Product Images", "Input URLs", "\ufeffImages"),
]
OTHERS = [
    "Output Image Urls",
    "Reason",
    "Status",
    "Error",
    "Photo Ids",
    "Price",
    "Product URL",
    "No. of images",
    "",
    "-",
]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, SERIAL) for name in SERIALS),
        *((name, PRODUCT) for name in PRODUCTS),
        *((name, URLS) for name in IMAGES),
        *((name, None) for name in OTHERS),
    ],
)
def test_names_are_matched_without_case_spaces_and_punctuation(name, kind):
    assert columns.kind(name) == kind


def test_the_columns_may_stand_in_any_order_among_others():
    assert columns.find(["Price", "urls", "SKU", "Note", "#"]) == (Columns(serial=4, product=2, urls=1), [])


def test_all_three_is_there_only_when_none_is_missing():
    assert columns.find(["#", "name", "url"])[0].all_three() == (0, 1, 2)
    assert columns.find(["#", "name"])[0].all_three() is None


def test_each_missing_column_is_named_with_what_is_understood_and_what_was_found():
    found, problems = columns.find(["Product Name", "Colour"], line=2)
    assert found == Columns(serial=None, product=0, urls=None)
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [
        ("csv_missing_column", 2, "Serial Number"),
        ("csv_missing_column", 2, "Input Image Urls"),
    ]
    assert problems[1].message == (
        'The column "Input Image Urls" is missing. Names that are understood: "Input Image Urls", "Image URLs", '
        '"Images", "Photo URLs" or "URL"; case, spaces and punctuation do not matter. '
        'The header in row 2 is: "Product Name", "Colour".'
    )


def test_a_long_header_is_cut_in_the_message():
    _, problems = columns.find([*(f"x{number}" for number in range(30)), "y" * 500])
    assert problems[0].message.endswith('"x19" and 11 more.')
    assert '"' + "y" * 60 not in problems[0].message


def test_two_columns_that_could_be_meant_are_both_named():
    found, problems = columns.find(["S. No.", "SKU", "Product Name", "urls"])
    assert found.product == 1
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [
        ("csv_duplicate_column", 1, "Product Name")
    ]
    assert problems[0].message == (
        'Several columns could be the "Product Name": "SKU", "Product Name" in row 1. '
        "Rename or remove all of them but one."
    )


@pytest.mark.parametrize(
    "cells", [["1", "SKU1", "x"], ["A", "SKU1", "http://x/a.jpg"], ["1.", "a", "b"], ["1", "SKU", "http://x"]]
)
def test_a_first_row_that_looks_like_data_is_no_header(cells):
    _, (problem,) = columns.find(cells)
    assert (problem.code, problem.row) == ("csv_no_header", 1)
    assert problem.message.startswith(f'Row 1 should be the header but looks like data: "{cells[0]}", ')


@pytest.mark.parametrize(
    ("line", "code", "named"),
    [
        ("S. No.;Product Name;Input Image Urls", "csv_semicolons", "semicolons"),
        ('"S. No.";"Product Name";"Input Image Urls"', "csv_semicolons", "semicolons"),
        ("1;SKU1;http://x/a.jpg", "csv_semicolons", "semicolons"),
        ("S. No.\tProduct Name\tInput Image Urls", "csv_delimiter", "tabs"),
        ("S. No.|Product Name|Input Image Urls", "csv_delimiter", "vertical bars"),
        ("S. No.;Product Name;Image, Urls", "csv_semicolons", "semicolons"),
    ],
)
def test_another_delimiter_is_told_by_its_name(line, code, named):
    problem = columns.wrong_delimiter(line)
    assert problem is not None
    assert (problem.code, named in problem.message) == (code, True)


@pytest.mark.parametrize(
    "line", ["S. No.,Product Name,Input Image Urls", "a;b,#,sku,url", "Serial;Number,sku,url", "x;y"]
)
def test_commas_are_the_delimiter_where_they_do_as_well(line):
    assert columns.wrong_delimiter(line) is None
