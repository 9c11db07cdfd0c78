"""Who asks, and what they may: one notion of an actor, one table of rights, asked by pages and by routes alike.

``table`` says what each kind of actor may do, ``limits`` how much of it. ``acts`` is the one way by which pages and
routes change anything, and asks both; ``seen`` is the store as one actor sees it. Who it is that asks, ``asking`` reads
from what their browser holds (``cookies``) and from whether they have shown a key (``sign_in``).
"""
