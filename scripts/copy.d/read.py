"""Reads a bundle with programs that know nothing of the fleet.

usage: read.py FOLDER [PICTURE.png]     FOLDER is empty and is written to

In the environment: DEMO_COPY, DEMO_PUBLIC_KEYS (scripts/demo writes them to .local/demo.env).
"""

import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as xml
import zipfile

import bagit
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

FAULTS = []
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def check(holds, sentence):
    if not holds:
        FAULTS.append(sentence)


def archive(folder):
    """The bundle, unpacked."""
    path = os.environ["DEMO_COPY"]
    check(subprocess.run(["unzip", "-tqq", path]).returncode == 0, "unzip finds damage")
    with zipfile.ZipFile(path) as bundle:
        check(bundle.testzip() is None, "Python's zipfile finds damage")
        bundle.extractall(folder)
        print(f"{len(bundle.namelist())} files unpacked: unzip -t and Python's zipfile find no damage")
    return folder / "export"


def bag(place):
    try:
        bagit.Bag(str(place)).validate()
        print(f"bagit {bagit.VERSION} finds the bag valid")
    except bagit.BagError as error:
        check(False, f"bagit: {error}")


def signature(place):
    """As the page tells everybody; the key in the bag has to be one of those that came by another way."""
    for command in (
        "openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.json.sig",
        "sha256sum --check --quiet manifest-sha256.txt",
    ):
        check(subprocess.run(command.split(), cwd=place, capture_output=True).returncode == 0, f"{command} fails")
    ours = pathlib.Path(os.environ["DEMO_PUBLIC_KEYS"]).read_text()
    check((place / "public-key.pem").read_text().strip() in ours, "it is signed with another key")
    print("OpenSSL finds the signature good, by the processor's own key, and sha256sum every file as its digest says")


def spreadsheets(place, folder):
    """Every CSV opens as a sheet with the rows that the JSON has, and without a formula."""
    manifest = json.loads((place / "manifest.json").read_text())
    count = 0
    for section in manifest["sections"]:
        for part in section.get("csv", []):
            profile = f"-env:UserInstallation=file://{folder}/office"
            command = ["soffice", profile, "--headless", "--infilter=CSV:44,34,76,1", "--convert-to", "fods", "--outdir", str(folder)]
            subprocess.run([*command, str(place / part["name"])], check=True, capture_output=True, timeout=300)
            sheet = xml.parse(folder / pathlib.Path(part["name"]).with_suffix(".fods").name).getroot().find(f".//{TABLE}table")
            rows = [line for line in map(cells, sheet.iter(f"{TABLE}table-row")) if any(line)]
            check(rows[0][: len(section["columns"])] == section["columns"], f"{part['name']}: {rows[0]} are not its columns")
            check(len(rows) == part["rows"] + 1, f"{part['name']}: {len(rows)} rows in the sheet")
            check(not any(f"{TABLE}formula" in cell.attrib for cell in sheet.iter(f"{TABLE}table-cell")), f"{part['name']}: has a formula")
            print(f"  {part['name']:<34} {len(rows) - 1} rows, {len(rows[0])} columns")
            count += 1
    print(f"LibreOffice opened {count} CSVs")
    check(count > 0, "there is no CSV")


def cells(row):
    texts = []
    for cell in row.iter(f"{TABLE}table-cell"):
        text = "\n".join("".join(paragraph.itertext()) for paragraph in cell if paragraph.tag.endswith("}p"))
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", 1))
        texts += [text] * (repeated if text else min(repeated, 1))
    return texts


def page(place, picture):
    """Searched for a word that stands in one row, and sorted by a click."""
    options = webdriver.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1600", "--lang=en"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        browser.get(f"file://{place}/index.html")
        rows = lambda: [row for row in browser.find_elements(By.CSS_SELECTOR, "tbody tr") if row.is_displayed()]
        everything = len(rows())
        if picture:
            whole(browser, picture.with_stem(picture.stem + "-whole"))
        box = browser.find_element(By.ID, "search")
        box.send_keys("parcel")
        WebDriverWait(browser, 10).until(lambda browser: browser.find_element(By.ID, "found").text)
        found = rows()
        page_text = browser.find_element(By.TAG_NAME, "main").text
        check("Two parcels instead of one" in page_text, "what a REST product holds is not found")
        check(0 < len(found) < everything, f"the search leaves {len(found)} of {everything} rows")
        check(all("parcel" in row.text.lower() for row in found), "the search leaves rows without the word")
        table = found[0].find_element(By.XPATH, "ancestor::table")
        column = sortable(table)
        shown = lambda: [row.find_elements(By.TAG_NAME, "td")[column].text for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")]
        heading = table.find_elements(By.CSS_SELECTOR, "thead button")[column]
        heading.click()
        rising = shown()
        heading.click()
        falling = shown()
        check(rising != falling and rising == falling[::-1], f"a click on the heading gives {rising}, another one {falling}")
        if picture:
            whole(browser, picture)
        complaints = [entry["message"] for entry in browser.get_log("browser")]
        check(not complaints, f"the browser complains: {complaints}")
        version = browser.capabilities["browserVersion"]
        print(f"Chromium {version} shows {everything} rows, finds {len(found)} with a word, and sorts them both ways")
    finally:
        browser.quit()


def sortable(table):
    """The first column whose cells all differ."""
    lines = [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")]
    return next(index for index, column in enumerate(zip(*lines)) if len(set(column)) == len(column) and all(column))


def whole(browser, picture):
    height = browser.execute_script("return document.documentElement.scrollHeight")
    browser.set_window_size(1280, min(height + 200, 8000))
    browser.save_screenshot(str(picture))


def main(folder, picture=None):
    place = archive(pathlib.Path(folder).resolve())
    bag(place)
    signature(place)
    spreadsheets(place, pathlib.Path(folder).resolve())
    page(place, pathlib.Path(picture) if picture else None)
    for fault in FAULTS:
        print(f"NOT: {fault}")
    sys.exit(1 if FAULTS else 0)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
