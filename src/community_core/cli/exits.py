"""The exit codes of every command, in one place; the commands return them."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
FINDINGS: Final = 1
WRONG_USE: Final = 2
ENVIRONMENT: Final = 3
INTERRUPTED: Final = 130
#: As a program is told to end whose reader has gone (128 and SIGPIPE).
UNREAD: Final = 141

HELP: Final = """\b
退出码 Exit codes:
  0    正常 fine (an undetermined answer is an answer too)
  1    有问题项，或被拒绝 findings of level error, or refused
  2    用法有误 wrong use: an unknown name, a bad value, a missing option
  3    库或环境出错 store or environment error
  130  被中断 interrupted
  141  读输出的一方先停了 whoever reads the output stopped first"""
