"""The desktop entry, the kind of file, the package's fields and the wheel's content; and one version everywhere."""

from __future__ import annotations

import configparser
import plistlib
import shutil
import struct
import subprocess
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import pytest
from packaging_scripts import PACKAGING, script
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

CHECKOUT = PACKAGING.parent
MIME = "application/x-outsole"
ENTRY = PACKAGING / "linux" / "outsole.desktop"

parts = script("bundle_parts")
deb = script("make_deb")
drawing = script("render_icons")
smoke = script("smoke_test")
wheels = script("check_wheel")


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_desktop_entry_is_valid() -> None:
    done = subprocess.run(["desktop-file-validate", ENTRY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_desktop_entry_and_kind_of_file_name_each_other() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(ENTRY, encoding="utf-8")
    told = entry["Desktop Entry"]
    kind = ElementTree.parse(PACKAGING / "linux" / "outsole-mime.xml").getroot()[0]
    assert told["MimeType"] == f"{kind.get('type')};" == f"{MIME};"
    assert told["Exec"].split() == ["outsole", "%f"]
    assert [one.get("pattern") for one in kind if one.tag.endswith("glob")] == ["*.outsole"]
    plist = plistlib.loads((PACKAGING / "macos" / "Info.plist").read_bytes())
    assert plist["UTExportedTypeDeclarations"][0]["UTTypeTagSpecification"]["public.mime-type"] == [MIME]


def test_version_is_the_same_everywhere() -> None:
    assert parts.version() == version("outsole")
    assert f"Version: {parts.version()}\n" in _control()
    installer = (PACKAGING / "windows" / "outsole.iss").read_text(encoding="utf-8")
    assert "AppVersion={#Version}" in installer
    assert f"/DVersion={parts.version()}" in (PACKAGING / "windows" / "windows.md").read_text(encoding="utf-8")


def test_package_has_the_fields_that_debian_wants() -> None:
    fields = dict(line.split(": ", 1) for line in _control().splitlines() if not line.startswith(" "))
    wanted = {"Package", "Version", "Architecture", "Maintainer", "Description", "Depends", "Installed-Size"}
    assert wanted <= set(fields)
    assert fields["Conflicts"] == "outsole-small"
    assert fields["Depends"] == "libc6 (>= 2.36), libegl1"
    assert len(fields["Description"]) < 80
    assert _control().endswith("\n")


def _control() -> str:
    text = deb.control(package="outsole", size_kb=1, depends=["libc6 (>= 2.36)", "libegl1"], architecture="amd64")
    assert isinstance(text, str)
    return text


def test_everything_lies_where_a_desktop_looks_for_it(tmp_path: Path) -> None:
    bundle, root = tmp_path / "outsole", tmp_path / "root"
    bundle.mkdir()
    (bundle / "outsole").write_text("program")
    deb.lay_out(bundle, root)
    assert (root / "usr/bin/outsole").read_text() == "program"
    assert not (root / "usr/bin/outsole").readlink().is_absolute()
    for place in ("applications/outsole.desktop", "mime/packages/outsole.xml", "icons/hicolor/16x16/apps/outsole.png"):
        assert (root / "usr/share" / place).is_file()


@pytest.mark.parametrize("size", drawing.SIZES)
def test_program_icon_fills_its_square(qapp: QApplication, size: int) -> None:
    image = QImage(str(drawing.picture_of(size)))
    assert (image.width(), image.height()) == (size, size)
    assert image.pixelColor(size // 2, size // 2).alpha() == 255
    assert image.pixelColor(0, 0).alpha() < 128
    colours = {image.pixelColor(x, size // 2).rgb() for x in range(size)}
    assert len(colours) > 2


def test_blank_pictures_are_told(tmp_path: Path) -> None:
    blank, full = tmp_path / "blank.png", tmp_path / "full.png"
    blank.write_bytes(_png([[90] * 512] * 512))
    full.write_bytes(_png([[(x * y) % 251 for x in range(64)] for y in range(64)]))
    assert smoke.changing_share(blank) < smoke.LEAST_SHARE_CHANGING < smoke.changing_share(full)


def _png(rows: list[list[int]]) -> bytes:
    """Grey rows, each stored as what differs from the row above."""
    above = [0] * len(rows[0])
    packed = b""
    for row in rows:
        packed += b"\2" + bytes((a - b) % 256 for a, b in zip(row, above, strict=True))
        above = row
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(packed)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def test_a_smoke_test_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(smoke.Failed, match="0 pictures"):
        smoke.look_at_pictures(tmp_path)
    with pytest.raises(smoke.Failed, match=r"instances\.json was not written"):
        smoke.look_at_export(tmp_path)
    with pytest.raises(smoke.Failed, match="cannot be started"):
        smoke.try_program([str(tmp_path / "none")], tmp_path)


def test_wheel_holds_the_program_and_its_files(tmp_path: Path) -> None:
    wheel = wheels.build_wheel(tmp_path, tmp_path)
    assert wheels.look_into(wheel).startswith(f"outsole-{parts.version()}-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    files = {file.relative_to(CHECKOUT).as_posix() for file in (CHECKOUT / "resources").rglob("*") if file.is_file()}
    assert files <= names
