"""Check a proof that `kaoping prove` wrote, with Python alone: python check_proof.py FILE [SIZE:ROOT]

It follows RFC 9162, section 2.1: a leaf is SHA-256(0x00 + data), a node SHA-256(0x01 + left + right). The data of an event
is its position, batch, row, occurrence and fact, a line each. SIZE:ROOT is the checkpoint the office published. The verdicts
need the rules: `kaoping check-proof` says whether they follow from the facts, this script does not.
"""

import hashlib
import json
import sys


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def turns(at: int, last: int, path: list[bytes]):
    for other in path:
        if last == 0:
            sys.exit("NOT PROVED: a path is too long")
        left = bool(at & 1) or at == last
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
        yield other, left
    if last:
        sys.exit("NOT PROVED: a path is too short")


def inclusion_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    for other, left in turns(index, size - 1, path):
        leaf = node(other, leaf) if left else node(leaf, other)
    return leaf


def grew(first: int, old: bytes, size: int, new: bytes, path: list[bytes]) -> bool:
    if not 0 < first < size:
        return 0 < first == size and not path and old == new
    if first & (first - 1) == 0:
        path = [old, *path]
    at, last = first - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    one = two = path[0]
    for other, left in turns(at, last, path[1:]):
        one, two = (node(other, one), node(other, two)) if left else (one, node(two, other))
    return (one, two) == (old, new)


def proved(one: dict, size: int, root: bytes) -> dict:
    data = "\n".join(str(one[name]) for name in ("position", "batch", "row", "occurrence", "fact"))
    leaf = hashlib.sha256(b"\x00" + data.encode()).digest()
    if inclusion_root(leaf, one["position"] - 1, size, [bytes.fromhex(each) for each in one["path"]]) != root:
        sys.exit(f"NOT PROVED: event {one['position']} is not in the ledger of this checkpoint")
    return json.loads(one["fact"])


def refused(number: str) -> None:
    sys.exit(f"NOT PROVED: {number[:20]} is no whole number")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        proof = json.load(file, parse_float=refused, parse_constant=refused)
    size, root = proof["checkpoint"]["size"], bytes.fromhex(proof["checkpoint"]["root"])
    if len(sys.argv) > 2 and sys.argv[2] != f"{size}:{root.hex()}":
        sys.exit(f"NOT PROVED: it rests on checkpoint {size}:{root.hex()}")
    if proof["proves"] == "growth":
        first, path = proof["first"], [bytes.fromhex(one) for one in proof["path"]]
        if not grew(first["size"], bytes.fromhex(first["root"]), size, root, path):
            sys.exit("NOT PROVED: the later ledger does not begin with the earlier one")
        print(f"PROVED: {size} events begin with the {first['size']} of the earlier checkpoint")
        return
    facts = {one["position"]: proved(one, size, root) for one in proof["events"]}
    if any(fact.get("ticket") != proof["ticket"] for fact in facts.values()):
        sys.exit("NOT PROVED: an event is of another ticket")
    told = {one["position"]: one["kind"] for one in proof["trace"]["events"]}
    if told != {at: one["kind"] for at, one in facts.items()}:
        sys.exit("NOT PROVED: the trace tells other events than are proved")
    if any(set(verdict["evidence"]) - set(facts) for each in proof["trace"]["rounds"] for verdict in each["verdicts"]):
        sys.exit("NOT PROVED: a verdict rests on an event that is not here")
    print(f"PROVED: {len(facts)} events of {proof['ticket']} stand in the ledger of checkpoint {size}:{root.hex()}")
    for one in proof.get("voids", ()):
        print(f"PROVED: event {one['position']} voids the fact {proved(one, size, root)['key']}")
    for one in proof.get("aliases", ()):
        fact = proved(one, size, root)
        print(f"PROVED: event {one['position']} says that {fact['name']} is {fact['unit']}")
    for one in proof.get("publications", ()):
        fact = proved(one["event"], size, root)
        if fact["kind"] != "publish" or hashlib.sha256(one["text"].encode()).hexdigest() != fact["digest"]:
            sys.exit(f"NOT PROVED: the text of publication {one['event']['position']} is not what was published")
        print(f"PROVED: event {one['event']['position']} published the text it carries of {fact['period']}")
    print("NOT CHECKED: the rest of the trace. kaoping check-proof says what of it follows from these facts")


try:
    main()
except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
    sys.exit(f"NOT PROVED: the proof is incomplete or misshapen: {repr(error)[:200]}")
