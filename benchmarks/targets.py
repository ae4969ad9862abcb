"""What each workload has to reach, and which row of another library stands beside it."""

OPERATIONS = (
    "cross_entropy_64_10",
    "cross_entropy_64_32000",
    "layer_norm_256_1024",
    "multiply_row_512_1024",
    "multiply_column_512_1024",
    "broadcast_fuse_sum_512_1024",
    "sum_axis_0_1024_1024",
    "sum_axis_1_1024_1024",
    "amax_axis_1_1024_1024",
)
FUSE_SUM = [f"fuse_sum_1e{power}" for power in range(3, 8)]
SUM_OF_FUSE = [f"sum_of_fuse_1e{power}" for power in range(3, 7)]

# (figure, largest value) of xgrad and of its ratio to hand-written code.
TARGETS = {
    "mlp_2_8_2_batch_4": [("xgrad_us", 1.5), ("pair_ratio", 3.0)],
    "mlp_784_128_10_batch_1": [("pair_ratio", 1.10)],
    "mlp_784_128_10_batch_64": [("pair_ratio", 1.05)],
    "mlp_784_512_512_10_batch_256": [("pair_ratio", 1.03)],
    "mlp_2_8_2_batch_4_plan": [("pair_ratio", 1.00)],
    "mlp_784_128_10_batch_1_plan": [("pair_ratio", 1.03)],
    "mlp_784_128_10_batch_64_plan": [("pair_ratio", 1.02)],
    "mlp_784_512_512_10_batch_256_plan": [("pair_ratio", 1.02)],
    **{name: [("pair_ratio", 1.15)] for name in FUSE_SUM},
    **{name: [("pair_ratio", 1.50)] for name in SUM_OF_FUSE},
    **{name + "_plan": [("pair_ratio", 1.10)] for name in FUSE_SUM},
    **{name + "_plan": [("pair_ratio", 1.40)] for name in SUM_OF_FUSE},
    "scalar_op": [("xgrad_us", 0.12)],
    **{name: [("pair_ratio", 1.15)] for name in OPERATIONS},
}
# How many times xgrad's time the other library shall take at least.
PEER_TARGETS = {
    "mlp_2_8_2_batch_4": {"torch": 100, "jax": 20},
    "mlp_784_128_10_batch_1": {"torch": 10, "jax": 4},
    "mlp_784_128_10_batch_64": {"torch": 1.7, "jax": 1.3},
    "mlp_784_512_512_10_batch_256": {"torch": 1.1, "jax": 1},
    **{name: {"torch": 10, "jax": 2} for name in FUSE_SUM},
    **{name: {"torch": 8, "jax": 1.4} for name in SUM_OF_FUSE},
    "elementwise_1e6": {"torch": 1.8},
    "scalar_op": {"torch": 60},
    **{name: {"torch": 1.5, "jax": 1} for name in OPERATIONS},
    "conv_16_32_batch_64": {"torch": 1},
    "conv_16_32_batch_64_all_cores": {"torch": 1},
}


def peer_workload(name):
    """The other libraries' workload that computes the same: they have one way to write it."""
    for own, other in (("broadcast_fuse_sum_", "broadcast_"), ("sum_of_fuse_", "elementwise_"),
                       ("fuse_sum_", "elementwise_")):
        if name.startswith(own):
            return other + name[len(own):]
    return name
