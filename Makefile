# The habitual names. The work is done by the scripts, which can be called without make.
.PHONY: demo test unit lint format deps clean bench bench-copy bench-objects bench-check

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

# Peers and Hikkoshi on the same data, in turn: bench/README.md.
bench: bench-copy bench-objects bench-check

bench-copy bench-objects bench-check: bench-%:
	bench/run $*

clean:
	rm -rf build
