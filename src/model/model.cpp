#include "model/model.h"

#include "lockstep/base/errors.h"

#include <algorithm>

namespace lockstep {

void Model::add_hessian_diagonal(const Dataset&, std::span<const Rows>, const Margins&, Partial&, Workspace&) const {
  throw InternalError("this model has no Hessian diagonal");
}

void Model::add_losses_between(const Dataset&, std::span<const Rows>, const Margins&, const Margins&, double, Partial&,
                               Workspace&) const {
  throw InternalError("this model keeps no margins");
}

void Model::add_recession(const Dataset&, std::span<const Rows>, const Margins&, const Margins&, Partial&,
                          Workspace&) const {
  throw InternalError("the losses of this model do not fall for ever");
}

double work_of_rows(const Dataset& data, const Model& model, std::int64_t rows) {
  const double of_a_row = model.keeps_margins()
                              ? static_cast<double>(data.stored_entries * model.outputs()) /
                                    static_cast<double>(std::max<std::int64_t>(1, data.partition.rows))
                              : static_cast<double>(model.dimension());
  return of_a_row * static_cast<double>(rows);
}

}  // namespace lockstep
