"""French as Django has it, with times as people write them."""

TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
