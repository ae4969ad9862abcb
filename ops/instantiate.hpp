// Included last but one in a family's own file: from here on, the lines XGRAD_UNARY(...) and their
// like make the code of the operations that they name, instead of saying that the library holds it.
// The headers whose operations the family's rules use are included before.
#include <xgrad/ops/kernels/elementwise.hpp>

#undef XGRAD_TEMPLATE
#define XGRAD_TEMPLATE
