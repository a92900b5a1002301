#include "data/text_share.h"

namespace lockstep {

Run TextBody::share(int rank, int ranks) const {
  return {begin + proportional_cut(rank, ranks, shared().size()),
          begin + proportional_cut(rank + 1, ranks, shared().size())};
}

double TextBody::whole_over_head(std::int64_t read_bytes) const {
  return is_cut() && read_bytes > 0 ? static_cast<double>(bytes()) / static_cast<double>(read_bytes) : 0;
}

TextBody whole_text(const InputFile& file) {
  return {file.head(3) == "\xEF\xBB\xBF" ? 3 : 0, file.size(), 0};
}

}  // namespace lockstep
