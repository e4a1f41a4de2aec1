"""A long-running script: logs in bursts, then returns."""

import sys
import time

import shop

shop.configure()
producer = shop.Producer("plain")
for _ in range(int(sys.argv[1]) // 50):
    producer.log(50)
    time.sleep(float(sys.argv[2]))
