# The habitual names. The work is done by the scripts, which can be called without make.
.PHONY: demo test unit lint format deps clean

demo:
	./demo

test:
	./test

unit:
	./test unit

lint:
	./test lint

format:
	git ls-files '*.cc' '*.h' | xargs clang-format -i

deps:
	tools/setup

clean:
	rm -rf build
