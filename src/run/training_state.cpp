#include "run/training_state.h"

#include "base/hash.h"
#include "io/checkpoint_file.h"
#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <utility>

namespace lockstep {

namespace {

std::span<const double> as_span(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

Vector as_vector(std::span<const double> values) {
  return Eigen::Map<const Vector>(values.data(), std::ssize(values));
}

/// The dataset of a field: those of the optimizer are named without their group.
std::string dataset_of(const std::string& name) {
  return name.starts_with('/') ? name : "/state/" + name;
}

/// Writes each field to its datasets.
class Writer {
 public:
  explicit Writer(Hdf5ImageWriter& image) : image_(image) {}

  template <typename T>
  void operator()(const std::string& name, const T& field) {
    write(dataset_of(name), field);
  }

 private:
  void write(const std::string& path, double x) { image_.write_scalar(path, x); }
  void write(const std::string& path, std::int64_t x) { image_.write_scalar(path, x); }
  void write(const std::string& path, std::uint64_t x) { image_.write_scalar(path, x); }
  void write(const std::string& path, bool x) { image_.write_scalar(path, std::int64_t{x ? 1 : 0}); }
  void write(const std::string& path, const std::string& text) { image_.write(path, text); }
  void write(const std::string& path, const Vector& v) { image_.write(path, as_span(v)); }

  /// Vectors of one length as the rows of a matrix.
  void write(const std::string& path, const std::vector<Vector>& vectors) {
    std::vector<double> all;
    for (const Vector& v : vectors) {
      all.insert(all.end(), v.begin(), v.end());
    }
    const auto count = std::ssize(vectors);
    image_.write(path, all, {count, count > 0 ? std::ssize(all) / count : 0});
  }

  /// The history as columns: compact, and h5dump shows them as tables.
  void write(const std::string& path, const std::vector<HistoryEntry>& history) {
    HistoryEntry::fields([&](const char* name, auto member) {
      std::vector<std::remove_cvref_t<decltype(HistoryEntry().*member)>> column;
      std::ranges::transform(history, std::back_inserter(column), member);
      image_.write(path + "/" + name, column);
    });
  }

  void write(const std::string& path, const std::vector<ConfigEntry>& entries) {
    std::vector<std::string> keys;
    std::vector<std::string> values;
    std::ranges::transform(entries, std::back_inserter(keys), &ConfigEntry::key);
    std::ranges::transform(entries, std::back_inserter(values), &ConfigEntry::value);
    image_.write(path + "/keys", keys);
    image_.write(path + "/values", values);
  }

  Hdf5ImageWriter& image_;
};

/// Reads each field from its datasets.
class Reader {
 public:
  Reader(Hdf5ImageReader& image, const std::string& path) : image_(image), path_(path) {}

  template <typename T>
  void operator()(const std::string& name, T& field) {
    read(dataset_of(name), field);
  }

 private:
  void read(const std::string& name, double& x) { x = image_.read_double(name); }
  void read(const std::string& name, std::int64_t& x) { x = image_.read_integer(name); }
  void read(const std::string& name, std::uint64_t& x) { x = image_.read_word(name); }
  void read(const std::string& name, bool& x) { x = image_.read_integer(name) != 0; }
  void read(const std::string& name, std::string& text) { text = image_.read_text(name); }
  void read(const std::string& name, Vector& v) { v = as_vector(image_.read_doubles(name)); }
  void read(const std::string& name, std::vector<double>& column) { column = image_.read_doubles(name); }
  void read(const std::string& name, std::vector<std::int64_t>& column) { column = image_.read_integers(name); }
  void read(const std::string& name, std::vector<std::uint64_t>& column) { column = image_.read_words(name); }

  void read(const std::string& name, std::vector<Vector>& vectors) {
    const std::vector<std::int64_t> shape = image_.shape(name);
    const std::vector<double> all = image_.read_doubles(name);
    if (shape.size() != 2) {
      refuse(name + " is no matrix");
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape[0]); ++i) {
      const auto length = static_cast<std::size_t>(shape[1]);
      vectors.push_back(as_vector(std::span(all).subspan(i * length, length)));
    }
  }

  void read(const std::string& name, std::vector<HistoryEntry>& history) {
    bool is_first = true;
    HistoryEntry::fields([&](const char* column_name, auto member) {
      std::vector<std::remove_cvref_t<decltype(HistoryEntry().*member)>> column;
      read(name + "/" + column_name, column);
      if (std::exchange(is_first, false)) {
        history.resize(column.size());
      } else if (column.size() != history.size()) {
        refuse("the history's columns differ in length");
      }
      for (std::size_t i = 0; i < column.size(); ++i) {
        history[i].*member = column[i];
      }
    });
  }

  void read(const std::string& name, std::vector<ConfigEntry>& entries) {
    const std::vector<std::string> keys = image_.read_texts(name + "/keys");
    const std::vector<std::string> values = image_.read_texts(name + "/values");
    if (keys.size() != values.size()) {
      refuse("the configuration's keys and values differ in number");
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      entries.push_back({keys[i], values[i], true});
    }
  }

  [[noreturn]] void refuse(const std::string& why) const { throw DataError({path_, 0, 0}, why); }

  Hdf5ImageReader& image_;
  const std::string& path_;
};

void require_fitting_pairs(const OptimizerState& state, const std::string& path) {
  visit(state, [&](const std::string& name, const auto& field) {
    if constexpr (std::is_same_v<decltype(field), const std::vector<Vector>&>) {
      if (std::ranges::any_of(field, [&](const Vector& v) { return v.size() != state.parameters.size(); })) {
        throw DataError({path, 0, 0}, dataset_of(name) + " does not fit the parameters");
      }
    }
  });
}

/// Hashes each field, vectors with their lengths: none is another one's end.
class Hasher {
 public:
  template <typename T>
  void operator()(const char*, const T& field) {
    add(field);
  }
  std::uint64_t hash() const { return hash_; }

 private:
  template <typename T>
  requires std::is_arithmetic_v<T>
  void add(T x) { hash_ = hash64(std::as_bytes(std::span(&x, 1)), hash_); }
  void add(const Vector& v) {
    add(v.size());
    hash_ = hash64(as_span(v), hash_);
  }
  void add(const std::vector<Vector>& vectors) {
    add(vectors.size());
    std::ranges::for_each(vectors, [this](const Vector& v) { add(v); });
  }

  std::uint64_t hash_ = 0;
};

}  // namespace

namespace {

std::size_t bytes_of(const Vector& v) {
  return static_cast<std::size_t>(v.size()) * sizeof(double);
}

std::size_t bytes_of(const std::vector<Vector>& all) {
  std::size_t bytes = 0;
  for (const Vector& v : all) {
    bytes += bytes_of(v);
  }
  return bytes;
}

/// Of what may be long.
std::size_t large_bytes(const TrainingState& state) {
  std::size_t bytes = state.history.size() * sizeof(HistoryEntry);
  visit(state.optimizer, [&](const char*, const auto& field) {
    if constexpr (
        requires { bytes_of(field); } && requires { field.size(); }) {
      bytes += bytes_of(field);
    }
  });
  return bytes;
}

}  // namespace

std::vector<std::byte> to_bytes(const TrainingState& state, std::vector<std::byte> spare) {
  constexpr std::size_t kBeside = std::size_t{4} << 20;  // HDF5's own, and what is short
  Hdf5ImageWriter image(kSealBytes, large_bytes(state) + kBeside, std::move(spare));
  visit(state, Writer(image));
  return seal(kCheckpointSeal, image.finish());
}

TrainingState parse_checkpoint(std::span<const std::byte> file, const std::string& path) {
  Hdf5ImageReader image(unseal(kCheckpointSeal, file, path), path);
  TrainingState state;
  visit(state, Reader(image, path));
  require_fitting_pairs(state.optimizer, path);
  return state;
}

std::uint64_t replica_hash(const OptimizerState& state) {
  Hasher hasher;
  visit(state, hasher);
  return hasher.hash();
}

}  // namespace lockstep
