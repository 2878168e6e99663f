"""French as Django has it, with times as people write them."""

DATETIME_FORMAT = r"j F Y à G \h i"
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
