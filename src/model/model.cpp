#include "lockstep/model/model.h"

#include "lockstep/base/errors.h"

namespace lockstep {

void Model::add_hessian_diagonal(const Dataset&, std::span<const Rows>, const Margins&, Partial&, Workspace&) const {
  throw InternalError("this model has no Hessian diagonal");
}

void Model::add_losses_between(const Dataset&, std::span<const Rows>, const Margins&, const Margins&, double, Partial&,
                               Workspace&) const {
  throw InternalError("this model keeps no margins");
}

}  // namespace lockstep
