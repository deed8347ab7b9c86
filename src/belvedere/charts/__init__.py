"""Charts: a shaped result and its vis_config become a Vega-Lite specification or a drawing of our
own (`drawing`), and that a picture (`painter`). Nothing in a vis_config is run, and nothing is
loaded from anywhere.
"""
