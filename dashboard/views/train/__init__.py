"""Train: how do loss, gates and samples change as it learns, live?"""
