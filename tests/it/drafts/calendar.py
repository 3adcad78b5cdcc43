"""Reads one calendar from standard input with Python's icalendar and prints what a calendar program would take from it."""
import sys

try:
    import icalendar
except ImportError:
    sys.exit("Python's icalendar is needed: apt-get install python3-icalendar (tests/run does)")

raw = sys.stdin.buffer.read()
calendars = icalendar.Calendar.from_ical(raw, multiple=True)
assert len(calendars) == 1, "one VCALENDAR a mail"
calendar = calendars[0]
print("METHOD", calendar["METHOD"])
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    when = [event.decoded(name).isoformat() for name in ("DTSTART", "DTEND") if name in event]
    print(event["UID"], "seq", event["SEQUENCE"], event["STATUS"], event["TRANSP"], " to ".join(when))
    print(" ", event.decoded("DTSTAMP").isoformat(), event["ORGANIZER"], event["ORGANIZER"].params.get("CN"))
    print(" ", str(event["SUMMARY"]))
    print(" ", str(event["DESCRIPTION"]).replace("\n", " | "))
    for name, value in event.property_items(recursive=False):
        if name.startswith("X-"):
            print(" ", name, value if isinstance(value, str) else str(value))
