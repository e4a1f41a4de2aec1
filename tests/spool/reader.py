"""Reads a segment of the journal by docs/journal.md alone, without any code of the package."""

import base64
import json
import zlib


def events(data):
    """Give the events that wait in a segment, and how many damaged lines it has."""
    header, _, rest = data.partition(b"\n")
    covered = header[
        : header.index(b',"c":"')
    ]  # behind it stands the count of lines, which has its own
    said = json.loads(covered + b"}")
    assert (said["journal"], said["version"]) == ("zaius_logging", 1)
    assert header[len(covered) + 6 :][:8] == b"%08x" % zlib.crc32(covered)
    found, damaged = [], 0
    for text in rest.split(b"\n"):
        line = text
        if not line:
            continue  # the free rest
        if not sound(line):
            damaged += 1
            line = line[line.rfind(b'{"s":"') :]  # half a line may stand before a whole one
            if not sound(line):
                continue
        if line[6:7] in b"dx":
            continue
        if line[58:67] == b',"bytes":':
            found.append(base64.b64decode(line[68:-2]))
        else:
            found.append(line[67:-1])
    return found, damaged


def sound(line):
    """The checksum covers all that follows it, the newline included."""
    covered = zlib.crc32(line[22:] + b"\n")
    return line[:6] == b'{"s":"' and line[7:22] == b'","c":"%08x' % covered
