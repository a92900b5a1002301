#include "lockstep/data/reader.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/hash.h"
#include "lockstep/comm/agreement.h"
#include "lockstep/data/csv_reader.h"
#include "lockstep/data/hdf5_reader.h"
#include "lockstep/data/libsvm_reader.h"
#include "lockstep/data/reader_format.h"

#include <array>
#include <optional>

namespace lockstep {

namespace {

/// What a rank sees at the path; nodes with local disks may hold different files of one name.
using Sight = std::array<std::uint64_t, 2>;

Sight sight_of(const InputFile& file) {
  constexpr std::int64_t kHead = 1 << 16;
  const std::string head = file.head(kHead);
  return {static_cast<std::uint64_t>(file.size()), hash64(std::as_bytes(std::span(head)))};
}

/// The shares are cut by the file's size and read by its header: every rank must see the same file.
/// Collective.
void check_same_file(const std::string& path, const Sight& mine, Communicator& comm) {
  const std::vector<Sight> all = all_gather_value(comm, mine);
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] != all[0]) {
      throw DataError(path + ": rank " + std::to_string(rank) + " sees another file than rank 0 (" +
                      std::to_string(all[rank][0]) + " bytes against " + std::to_string(all[0][0]) +
                      "); put one file where all nodes can read it");
    }
  }
}

}  // namespace

RawData read_data(const ReadSettings& settings, Communicator& comm) {
  std::optional<InputFile> file;
  DataFormat format = DataFormat::automatic;
  Sight sight{};
  agree(comm, [&] {
    file.emplace(settings.path);
    format = detect_format(settings, *file);
    sight = sight_of(*file);
  });
  check_same_file(settings.path, sight, comm);
  switch (format) {
    case DataFormat::csv:
      return read_csv(settings, *file, comm);
    case DataFormat::libsvm:
      return read_libsvm(settings, *file, comm);
    case DataFormat::hdf5:
      return read_hdf5(settings, comm);
    case DataFormat::automatic:
      break;
  }
  throw InternalError(settings.path + ": the format was not decided");
}

}  // namespace lockstep
