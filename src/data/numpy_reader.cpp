#include "data/numpy_reader.h"

#include "comm/agreement.h"
#include "data/array_layout.h"
#include "data/array_reader.h"
#include "data/numpy_file.h"
#include "data/reader_common.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>
#include <vector>

namespace lockstep {

namespace {

constexpr const char* kFeatures = "/X";
constexpr const char* kLabels = "/y";

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// The last X or x between characters that are neither letters nor digits.
std::size_t find_last_x(std::string_view name) {
  for (std::size_t i = name.size(); i-- > 0;) {
    const bool begins = i == 0 || !is_word_character(name[i - 1]);
    const bool ends = i + 1 == name.size() || !is_word_character(name[i + 1]);
    if ((name[i] == 'X' || name[i] == 'x') && begins && ends) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// The arrays that are read.
std::vector<std::string> arrays_of(const ArrayLayout& layout) {
  std::vector<std::string> names;
  for (const std::string* name :
       {&layout.x, &layout.label, &layout.weight, &layout.offset, &layout.exposure, &layout.id, &layout.group}) {
    if (!name->empty()) {
      names.push_back(*name);
    }
  }
  return names;
}

/// What scipy.sparse.save_npz writes.
void refuse_sparse(const NumpyFile& arrays, const ReadSettings& settings) {
  if (!arrays.has('/' + settings.x_name) && arrays.has("/data") && arrays.has("/indptr")) {
    throw DataError(settings.path +
                    ": a sparse matrix of SciPy's, which is not read; write LIBSVM text with "
                    "sklearn.datasets.dump_svmlight_file, or save the dense matrix.toarray() as X");
  }
}

}  // namespace

bool is_npy_name(std::string_view name) {
  return name.ends_with(".npy");
}

bool is_npz_name(std::string_view name) {
  return name.ends_with(".npz");
}

std::string usual_npy_labels(const std::string& path) {
  constexpr std::string_view images = "images";
  const std::filesystem::path whole(path);
  std::string name = whole.filename().string();
  if (const std::size_t x = find_last_x(name); x != std::string::npos) {
    name[x] = 'y';
  } else if (const std::size_t at = name.rfind(images); at != std::string::npos) {
    name.replace(at, images.size(), "labels");
  } else {
    return {};
  }
  return std::filesystem::path(whole).replace_filename(name).string();
}

FileNames npz_names(const ReadSettings&, const InputFile& file) {
  FileNames names;
  names.has = [arrays = NumpyFile::archive(file).names()](const std::string& name) {
    return std::ranges::binary_search(arrays, name.starts_with('/') ? name.substr(1) : name);
  };
  return names;
}

std::unique_ptr<FileReader> open_npy(const ReadSettings& settings, InputFile& file, Communicator& comm) {
  const std::string labels = labels_path(settings, usual_npy_labels, comm);
  auto arrays = std::make_unique<NumpyFile>();
  arrays->add(kFeatures, file);
  if (!labels.empty()) {
    std::unique_ptr<const InputFile> label_file;
    agree(comm, [&] { label_file = std::make_unique<InputFile>(labels); });
    check_same_file(*label_file, comm);
    arrays->add(kLabels, std::move(label_file));
  }
  ReadSettings named = settings;
  named.x_name = kFeatures;
  named.y_name = kLabels;
  named.label_kind = labels.empty() ? LabelKind::none : settings.label_kind;
  ArrayLayout layout;
  agree(comm, [&] { layout = array_layout(named, *arrays); });
  return read_arrays(settings, std::move(arrays), std::move(layout));
}

std::unique_ptr<FileReader> open_npz(const ReadSettings& settings, InputFile& file, Communicator& comm) {
  std::unique_ptr<NumpyFile> arrays;
  ArrayLayout layout;
  agree(comm, [&] {
    arrays = std::make_unique<NumpyFile>(NumpyFile::archive(file));
    refuse_sparse(*arrays, settings);
    layout = array_layout(settings, *arrays);
  });
  if (settings.head_bytes == 0) {
    arrays->check(arrays_of(layout), comm);
  }
  return read_arrays(settings, std::move(arrays), std::move(layout));
}

}  // namespace lockstep
