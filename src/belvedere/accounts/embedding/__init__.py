"""Other sites show our content to people whom they vouch for: by signed addresses, or by sessions
whose tokens they pass on.
"""
