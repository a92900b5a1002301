/// How far an evaluation goes.
#pragma once

namespace lockstep {

/// Each includes those before it.
enum class Order { value, gradient, hessian };

}  // namespace lockstep
