"""What citizens see: the form, the receipt, the widget, in their language."""
