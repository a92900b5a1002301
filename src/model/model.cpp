#include "model/model.h"

#include "lockstep/base/errors.h"

namespace lockstep {

PartialShape Model::shape(PassKind kind) const {
  const Index p = dimension();
  if (!has(kind)) {
    throw InternalError("this model does not know such a pass");
  }
  switch (kind) {
    case PassKind::value:
    case PassKind::line:
      return {kLossHeader, 0, precision()};
    case PassKind::gradient:
    case PassKind::product:
    case PassKind::diagonal:
      return {kLossHeader, p, precision()};
    case PassKind::hessian:
      return {kLossHeader, p + p * (p + 1) / 2, precision()};
    case PassKind::recession:
      break;
  }
  return {kRecessionHeader, 0, precision()};
}

}  // namespace lockstep
