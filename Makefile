# make demo   trains on Fashion-MNIST and draws out/curves.png and out/predictions.png
# make test   builds everything with warnings as errors and runs all tests
# make mutation  breaks every derivative rule in turn and counts what the tests notice
# make bench  prints a table of ratios to hand-written code and to other libraries
# Each installs what is missing (Debian packages) and needs nothing else.

PACKAGES := g++ cmake ninja-build libxtensor-dev libxtensor-blas-dev libxsimd-dev libopenblas-dev \
  zlib1g-dev nlohmann-json3-dev libgtest-dev libbenchmark-dev libcli11-dev \
  libgnuplot-iostream-dev libboost-iostreams-dev libboost-system-dev libboost-filesystem-dev gnuplot-nox \
  dataset-fashion-mnist python3 libonnx-dev libprotobuf-dev libonnx-testdata
JOBS ?= $(shell nproc)
# An interpreter that has PyTorch, JAX or NumPy, to be measured beside xgrad; so are libtorch and
# dlib, where the packages libtorch-dev and libdlib-dev are installed.
PYTHON ?= python3

.PHONY: demo test mutation bench deps clean
demo: deps
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	build/release/examples/vectorization
	build/release/examples/fashion_mnist --out out

test: deps
	cmake --preset dev
	cmake --build --preset dev -j $(JOBS)
	ctest --preset dev -j $(JOBS)

mutation: deps
	python3 tests/mutation/mutate.py --jobs $(JOBS)

bench: deps
	cmake --preset bench
	cmake --build --preset bench -j $(JOBS)
	for program in training_step operations; do \
	  build/bench/benchmarks/$$program --benchmark_out=build/bench/$$program.json || exit 1; \
	done
	$(PYTHON) benchmarks/peers.py --json build/bench/peers.json \
	  $$(for peer in libtorch dlib; do program=build/bench/benchmarks/peer_$$peer; \
	  [ ! -x $$program ] || echo "--program $$peer=$$program"; done)
	python3 benchmarks/report.py --peers build/bench/peers.json \
	  --benchmark build/bench/training_step.json build/bench/operations.json \
	  --json build/bench/report.json --chart build/bench/report.png
	$(PYTHON) benchmarks/recurrent.py build/bench/benchmarks/recurrent_step \
	  --json build/bench/recurrent.json
	python3 benchmarks/footprint.py build/bench/benchmarks/footprint \
	  $(addprefix --demo ,$(wildcard build/release/examples/fashion_mnist)) \
	  --json build/bench/footprint.json

deps:
	@missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || \
	    missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo=sudo; \
	else echo "missing packages, install them with: apt-get install$$missing" >&2; exit 1; fi; \
	echo "installing$$missing"; \
	$$sudo apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing

clean:
	rm -rf build out
