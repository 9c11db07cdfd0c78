"""What every route stands on: bounded numbers, errors with a kind, topics and listeners, binary messages, pools."""
