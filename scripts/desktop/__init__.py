"""The app from the desktop: open its page, and shortcuts that start it and open its page.

- `page`: open the page in the user's browser, when it answers
- `shortcut`: what a shortcut holds on each kind of desktop
- `places`: where a desktop keeps its shortcuts
"""
