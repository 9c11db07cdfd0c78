"""Compare: what does each part buy?"""
