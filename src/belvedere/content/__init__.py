"""What people save and share: folders, Looks, dashboards, boards, and who sees them."""
