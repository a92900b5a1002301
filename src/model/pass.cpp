#include "model/pass.h"

namespace lockstep {

Pass Pass::of_margins(std::size_t begin, std::size_t count) const {
  Pass part = *this;
  part.from = from.empty() ? from : from.subspan(begin, count);
  part.to = to.empty() ? to : to.subspan(begin, count);
  part.keep = keep.empty() ? keep : keep.subspan(begin, count);
  part.terms = terms.empty() ? terms : terms.subspan(begin, count);
  return part;
}

}  // namespace lockstep
