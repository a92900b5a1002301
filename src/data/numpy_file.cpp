#include "data/numpy_file.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <utility>

namespace lockstep {

namespace {

constexpr std::string_view kEnding = ".npy";

}  // namespace

NumpyFile NumpyFile::archive(const InputFile& file) {
  NumpyFile result;
  for (ZipMember& member : zip_members(file)) {
    if (member.name.ends_with(kEnding)) {
      const std::string name = '/' + member.name.substr(0, member.name.size() - kEnding.size());
      result.arrays_[name] = {&file, std::move(member), file.path(), file.path() + ": " + printable(name), {}};
    }
  }
  return result;
}

void NumpyFile::add(const std::string& name, const InputFile& file) {
  arrays_[name] = {&file, {}, file.path(), file.path(), {}};
}

void NumpyFile::add(const std::string& name, std::unique_ptr<const InputFile> file) {
  add(name, *file);
  kept_.push_back(std::move(file));
}

const NumpyFile::Array& NumpyFile::array(const std::string& name) const {
  const auto found = arrays_.find(name);
  if (found == arrays_.end()) {
    throw InternalError("there is no array " + printable(name));
  }
  return found->second;
}

NpyArray& NumpyFile::open(const std::string& name) {
  array(name);  // it is there
  Array& one = arrays_.at(name);
  if (!one.opened) {
    std::unique_ptr<ByteSource> bytes;
    if (one.member) {
      bytes = open_member(*one.input, *one.member, one.place);
    } else {
      bytes = std::make_unique<FileBytes>(*one.input, 0, one.input->size());
    }
    one.opened.emplace(std::move(bytes), one.place);
  }
  return *one.opened;
}

std::vector<std::string> NumpyFile::names(const std::string&) const {
  std::vector<std::string> result;
  for (const auto& [name, one] : arrays_) {
    result.push_back(name.substr(1));
  }
  return result;
}

void NumpyFile::expect_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  open(name).expect({first_row, first_row + rows});
}

void NumpyFile::read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<double> out) {
  open(name).read({first_row, first_row + rows}, out);
}

void NumpyFile::read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                          std::span<std::int64_t> out) {
  open(name).read({first_row, first_row + rows}, out);
}

void NumpyFile::read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                          std::span<std::uint64_t> out) {
  open(name).read({first_row, first_row + rows}, out);
}

std::vector<std::string> NumpyFile::read_text_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  return open(name).read_texts({first_row, first_row + rows});
}

std::vector<std::string> NumpyFile::read_text(const std::string& name) {
  return read_text_rows(name, 0, open(name).header().rows());
}

void NumpyFile::check(const std::vector<std::string>& names, Communicator& comm) const {
  for (const std::string& name : names) {
    if (const Array& one = array(name); one.member && !one.member->is_deflated) {
      check_stored(*one.input, *one.member, one.place, comm);
    }
  }
}

}  // namespace lockstep
