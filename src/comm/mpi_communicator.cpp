#include <mpi.h>
namespace lockstep {}
