#include "data/text_files.h"

#include "base/memory_limit.h"
#include "comm/agreement.h"
#include "data/text_dealer.h"
#include "data/text_share.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

std::vector<FilePart> parts_of(const std::vector<ListedFile>& files) {
  std::vector<FilePart> parts;
  std::int64_t begin = 0;
  for (const ListedFile& file : files) {
    const bool is_last = &file == &files.back();
    const std::int64_t end = begin + file.text->size() - file.skipped_bytes + (is_last ? 0 : 1);
    parts.push_back({file.text->name(), {begin, end}, file.skipped_lines});
    begin = end;
  }
  return parts;
}

/// Bytes that all ranks may take together. Collective.
double memory_of_all(Communicator& comm) {
  const MemoryLimits limits = memory_limits();
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::vector<std::string> hosts = all_gather_text(comm, host.data());
  const std::vector<double> together = all_gather_value(comm, limits.together.bytes);
  const std::vector<double> alone = all_gather_value(comm, limits.alone.bytes);
  std::map<std::string, double> of_host;
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    of_host[hosts[rank]] = together[rank];
  }
  double bytes = 0;
  for (const auto& [name, all] : of_host) {
    bytes += all;
  }
  return std::min(bytes, std::ranges::min(alone) * comm.size());
}

[[noreturn]] void refuse_size(const std::string& path, double most) {
  throw ConfigurationError(
      fmt::format("{}: the text in it takes more than {:.3g} GB, half of the memory there is; "
                  "expand it on disk, where it takes none, or use more machines",
                  path, most / 1e9));
}

}  // namespace

TextFiles::TextFiles(std::vector<ListedFile> files) : InputFile(parts_of(files)), files_(std::move(files)) {}

/// Where the bytes of the files stand.
void TextFiles::place() {
  set_parts(parts_of(files_));
}

void TextFiles::read(std::int64_t offset, std::span<char> bytes) const {
  while (!bytes.empty()) {
    const std::size_t file = part_at(offset);
    const ListedFile& from = files_[file];
    const std::int64_t at = offset - parts()[file].bytes.begin + from.skipped_bytes;
    const std::int64_t count = std::clamp<std::int64_t>(from.text->size() - at, 0, std::ssize(bytes));
    if (count == 0) {
      bytes.front() = '\n';
    } else {
      from.text->read(at, bytes.first(static_cast<std::size_t>(count)));
    }
    const std::int64_t done = std::max<std::int64_t>(1, count);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    offset += done;
  }
}

bool TextFiles::is_dealt(std::size_t file, int ranks) const {
  const TextMember& text = *files_[file].text;
  return ranks > 1 && (text.is_compressed() || text.is_standard_input());
}

int TextFiles::streaming_rank(std::size_t file, int ranks) const {
  return static_cast<int>(file % static_cast<std::size_t>(ranks));
}

void TextFiles::measure(Communicator& comm) {
  const double most = kTextOfMemory * memory_of_all(comm);
  std::vector<double> sizes(files_.size());
  agree(comm, [&] {
    double all = 0;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      TextMember& text = *files_[i].text;
      if (!text.is_compressed() || streaming_rank(i, comm.size()) != comm.rank()) {
        continue;
      }
      std::int64_t size = 0;
      text.stream([&](std::string_view block) {
        if (comm.size() == 1) {
          text.hold(0, block);
        }
        size += std::ssize(block);
        if (all + static_cast<double>(size) > most) {
          refuse_size(text.name(), most);
        }
      });
      sizes[i] = static_cast<double>(size);
      all += sizes[i];
    }
  });
  all_max(comm, sizes);
  double all = 0;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].text->is_compressed()) {
      files_[i].text->set_size(static_cast<std::int64_t>(sizes[i]));
      all += sizes[i];
    }
  }
  if (all > most) {
    agree(comm, [&] { refuse_size(path(), most); });
  }
  place();
}

TextShare TextFiles::share_out(const TextBody& body, std::string_view delimiters, Communicator& comm) {
  const int ranks = comm.size();
  if (cuts_.empty()) {
    for (int rank = 0; rank < ranks; ++rank) {
      cuts_.push_back(body.share(rank, ranks).begin);
    }
    cuts_.push_back(body.shared().end);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (is_dealt(i, ranks)) {
        TextDealer dealer(*files_[i].text, parts()[i].bytes, files_[i].skipped_bytes, cuts_);
        dealer.deal(delimiters, streaming_rank(i, ranks), comm);
      }
    }
  }
  const auto rank = static_cast<std::size_t>(comm.rank());
  const Run share = {cuts_[rank], cuts_[rank + 1]};
  const std::size_t first = part_at(share.begin);
  const std::size_t last = part_at(std::max(share.begin, share.end - 1));
  const bool begins_record =
      share.begin == body.begin || share.begin == parts()[first].bytes.begin || is_dealt(first, ranks);
  return {share, begins_record, is_dealt(last, ranks) ? share.end : body.end};
}

}  // namespace lockstep
