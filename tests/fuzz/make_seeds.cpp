// The fuzzers' first inputs, one folder a fuzzer: make_seeds FOLDER. Each is the choices that its harness takes from
// the first bytes, then a file such as the tests use.
#include "io/checkpoint_file.h"
#include "io/hdf5_image.h"
#include "run/config_entries.h"
#include "run/model_file.h"
#include "run/settings.h"
#include "run/training_state.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/numpy_files.h"
#include "support/states.h"
#include "unit/io/hdf5_samples.h"
#include "unit/io/temporary_folder.h"

namespace lockstep {
namespace {

using namespace std::string_literals;
using testing::Hdf5Sample;
using Texts = std::vector<std::string>;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Numbers the seeds of each fuzzer.
class Seeds {
 public:
  explicit Seeds(std::string folder) : folder_(std::move(folder)) {}

  void add(const std::string& fuzzer, const std::string& choices, const std::string& file) {
    const std::string into = folder_ + "/" + fuzzer;
    std::filesystem::create_directories(into);
    testing::write_text(into + "/seed-" + std::to_string(count_++), choices + file);
  }

 private:
  std::string folder_;
  int count_ = 0;
};

void add_libsvm(Seeds& seeds) {
  const Texts files = {"1 1:0.5 3:-2e3\n-1 2:1\n\n# comment\n1 1:.5 # behind\r\n",
                       "+1 1:1 2:0 7:3.25\n0 5:1e-300",
                       "\xEF\xBB\xBF"
                       "3.5 1:1\n1e400 2:2\n",
                       "benign 1:12,5\n",
                       "1:1 2:2\n3:1\n",
                       "1 2147483646:1\n2 2147483647:1\n",
                       "1 1:nan\n2 1:inf 2:0x1p3\n",
                       "1 2:1 1:1\n",
                       "1 qid:3 1:2\n",
                       "9007199254740993 1:9007199254740993\n"};
  for (const std::string& file : files) {
    for (const std::string& choices : {"\0\0"s, "\1\0"s, "\2\1"s, "\0\x24"s}) {
      seeds.add("libsvm", choices, file);
    }
  }
}

void add_vw(Seeds& seeds) {
  const Texts files = {"1 2 'tag|user age:3 x |item:0.5 a b:-1e-3\n-1 |user age:nan\n",
                       "0.5 tag| a a a:-2\n\n1 1 0.5 | a\n", "|f a b\n|f c\n", "1:2 3:4 |f a\n",
                       "1 1e400 |f :1 a::2\n1 -1 |a\n"};
  for (const std::string& file : files) {
    for (const std::string& choices : {"\0\0"s, "\1\0"s, "\2\1"s, "\0\x24"s}) {
      seeds.add("vw", choices, file);
    }
  }
}

void add_csv(Seeds& seeds) {
  const Texts files = {"a,b,c,y\n1,2,3,0\n4,5,6,1\n",
                       "id\ty\tw\to\te\ta\n7\tyes\t1\t0\t2\t3.5\n8\tno\t2\t-1\t1\t4.5\n",
                       "1;2,5;0\n3;4,25;1\n",
                       "a;b;y\n0,5;1,5;0\n1;-,5e1;1\n1.5;2;0\n",
                       "a|b|y\n1|2|0\n3|4|1\n",
                       " a  b y\n1 2\t0 \n3 \"4\" 1\n",
                       "\"a, b\",\"c \"\"d\"\"\",y\r\n1,\"2\",x\r\n3,4,\"z\"\r\n",
                       "# comment\n,a,b,y\n0,1,2,True\n1,3,4,False\n",
                       "a,b,\n1,2,\n3,4,\n",
                       "0,1,2\n0.5,1.5,2.5\n1.5,2.5,3.5\n",
                       "a b,y\n1,NA\n2,nan\n,1\n",
                       "\xEF\xBB\xBF"
                       "x,y\n1e400,1\n-0,0\n1e-400,1\n",
                       "# by,\"the tool\n0.5,2,0\n1.5,1,1\n",
                       "a,b,y\n1,2,0\n\"# of \"\"2021\"\"\"\n",
                       "a,a,y\n1,2,3\n",
                       "x,y\n12:30,1\n2020-01-01,0\n",
                       "a,y\n007,1.0\n9007199254740993,+1\n"};
  for (const std::string& file : files) {
    for (const std::string& choices : {"\0\0\0\0\0"s, "\1\0\1\0\0"s, "\2\1\2\0\0"s, "\0\x24\0\x09\0"s, "\0\0\1\xf1\0"s,
                                       "\1\0\0\0\x08"s, "\1\0\0\0\5"s}) {
      seeds.add("csv", choices, file);
    }
  }
}

/// Header, then values; as in the tests of the reader.
std::string idx_file(char type, const std::vector<char>& extents, const std::string& values) {
  std::string file = {'\0', '\0', type, static_cast<char>(extents.size())};
  for (const char extent : extents) {
    file += "\0\0\0"s + extent;
  }
  return file + values;
}

void add_idx(Seeds& seeds) {
  const std::string labels = idx_file(8, {3}, "\0\1\1"s);
  const std::string bytes(48, '\x3f');
  const Texts images = {idx_file(8, {3, 2, 2}, bytes.substr(0, 12)), idx_file(9, {3, 2}, bytes.substr(0, 6)),
                        idx_file(0x0b, {3, 2}, bytes.substr(0, 12)), idx_file(0x0c, {3, 2}, bytes.substr(0, 24)),
                        idx_file(0x0d, {3, 2}, bytes.substr(0, 24)), idx_file(0x0e, {3, 2}, bytes)};
  const std::string no_rows = "\0\0\x08\x02\0\0\0\0\x7f\xff\xff\xfe"s;
  seeds.add("idx", "\2\0\0\0"s, no_rows);
  for (const std::string& file : images) {
    for (const char packs : {'\0', '\1', '\2', '\3', '\4'}) {
      const std::string choices = {'\0', static_cast<char>(packs == 4), packs, static_cast<char>(labels.size())};
      seeds.add("idx", choices, labels + file);
    }
  }
}

void add_numpy(Seeds& seeds) {
  using testing::bytes_of;
  using testing::npy_file;
  const std::string doubles = bytes_of(std::vector<double>{1, 2, 3, 4, 5, 6});
  const std::string words = bytes_of(std::vector<std::uint32_t>{'a', 0, 'b', 0xe9, 'c', 0});
  const Texts labels = {npy_file("<i4", "(3,)", doubles.substr(0, 12)), npy_file("|b1", "(3,)", "\0\1\1"s),
                        npy_file("<U2", "(3,)", words), npy_file("|S2", "(3, 1)", "noyes\0"s),
                        npy_file("<f8", "(3,)", doubles.substr(0, 24))};
  const Texts rows = {
      npy_file("<f8", "(3, 2)", doubles),
      npy_file(">f8", "(3, 2)", doubles, true),
      npy_file("<f4", "(3, 4)", doubles),
      npy_file("<f2", "(3, 8)", doubles),
      npy_file("<i8", "(3, 2)", doubles),
      npy_file(">u2", "(3, 8)", doubles, true),
      npy_file("|O", "(3, 2)", doubles),
      testing::npy_with_header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,), }", doubles, 2)};
  for (const std::string& x : rows) {
    for (const std::string& y : labels) {
      seeds.add("npy", {'\0', '\0', '\0', static_cast<char>(y.size())}, y + x);
      for (const char pack : {'\4', '\x0c', '\x1d', '\6'}) {
        seeds.add("npz", {'\0', '\0', pack, static_cast<char>(y.size()), static_cast<char>(labels[0].size())},
                  y + labels[0] + x);
      }
    }
    seeds.add("npy", "\2\1\1\0"s, x);
    for (const bool is_deflated : {false, true}) {
      seeds.add("npz", "\0\0\0"s, testing::zip_file({{"X.npy", x}, {"y.npy", labels[0]}}, is_deflated, is_deflated));
    }
  }
}

void add_config(Seeds& seeds) {
  const Texts files = {
      "data = \"a.csv\"\nmodel = \"logistic\"\nl2 = 1e-3\nhidden = [256, 128]\n",
      "# run\ndata = 'x.h5'\noptimizer = \"adam\"\nepochs = 10\nbatch-size = 32\nschedule = \"warmup:2+cosine\"\n",
      "data = \"a\\u00e9\\uF7FF\"\ndrop = [\"a\", \"b,c\"]\nnesterov = true\nclass-weight = \"a:1,b:2\"\n",
      "data = \"\"\"\na\"\"\"\nseed = 0x10\nmax-time = \"3h\"\ncheckpoint-every = \"20i\"\n",
      "data = \"a.csv\"\nmodel = \"mlp\"\nactivation = \"gelu\"\nloss = \"squared\"\nprecision = \"float64\"\n",
      "data = \"d\"\nmodel = \"huber\"\ndelta = 1.5\nl1 = 0.5\noptimizer = \"lbfgs\"\ntolerance = 1e-9\n",
      "[table]\na = 1\n",
      "a.b = 2020-01-01\n",
      "l2 = -1\nunknown = inf\nepochs = 1_000\n",
      "data = \"v\"\nvalidation = \"0.2\"\npatience = 3\nresume = \"never\"\noverwrite = true\n"};
  for (const std::string& file : files) {
    seeds.add("config", "\1", file);
  }
  TrainSettings every_key;
  every_key.data.path = "a.csv";
  seeds.add("config", "\1", to_toml(config_entries(every_key.completed())));
}

ModelFile linear_model() {
  ModelFile model;
  model.model.features = 2;
  model.parameters = Vector{{1, -2, 0.5}};
  model.schema = schema_of_table({"a", "b", "y"}, {"a", "b"}, "y", {"no", "yes"});
  model.configuration = "l2 = 0.1\nmodel = \"logistic\"\n";
  return model;
}

ModelFile network() {
  ModelFile model;
  model.model.kind = model_kind("mlp");
  model.model.features = 2;
  model.model.hidden = {3};
  model.model.outputs = 3;
  model.parameters = Vector::LinSpaced(model.model.dimension(), 1, 2);
  model.schema = schema_of_names(2, {}, "y", {"a", "b", "c"});
  return model;
}

/// A model as an earlier version wrote it, or as h5py's user left it: no hash of its content, which a change would
/// break.
std::vector<std::byte> model_without_hash() {
  Hdf5ImageWriter image(kSealBytes);
  image.write("/coef", std::vector<double>{1, 2}, {1, 2});
  image.write("/intercept", std::vector<double>{3});
  image.write("/feature_names", Texts{"a", "b"});
  image.write("/class_names", Texts{"no", "yes"});
  image.write("/provenance/model", "logistic"s);
  image.write_scalar("/provenance/has_intercept", std::int64_t{1});
  for (const LossParameter& one : stored_parameters(model_kind("logistic"))) {
    image.write_scalar("/provenance/"s + one.name, 1.0);
  }
  image.write("/provenance/label", "y"s);
  image.write("/provenance/configuration", "l2 = 0.1\n"s);
  image.write_scalar("/provenance/data_fingerprint", std::uint64_t{7});
  return seal(kModelSeal, image.finish());
}

TrainingState some_state() {
  TrainingState state;
  visit(state, [fill = testing::Filler()](const char* name, auto& field) mutable {
    if constexpr (std::is_same_v<decltype(field), std::vector<ConfigEntry>&>) {
      field = {{"l2", "0.001", true}, {"drop", "[\"a\"]", true}};
    } else {
      fill(name, field);
    }
  });
  return state;
}

void add_sealed(Seeds& seeds) {
  for (const std::string& choice : {"\0"s, "\7"s}) {
    for (const auto& file : {to_bytes(linear_model()), to_bytes(network()), model_without_hash()}) {
      seeds.add("model", choice, text_of(file));
    }
    seeds.add("checkpoint", choice, text_of(to_bytes(some_state())));
    seeds.add("checkpoint", choice, text_of(to_bytes(TrainingState())));
  }
}

void write_plain(Hdf5Sample& sample) {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};
  const std::vector<std::int32_t> y = {0, 1, 0};
  sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {3, 2}, x.data());
  sample.write("y", H5T_STD_I32LE, H5T_NATIVE_INT32, {3}, y.data());
  sample.write("weight", H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE, {3}, x.data());
}

void write_texts(Hdf5Sample& sample) {
  const std::vector<double> x = {1, 2, 3};
  sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {3, 1}, x.data());
  sample.write_strings("text", {"no", "yes", ""});
  sample.write_fixed_strings("id", {"a", "bc", "d"}, 3, H5T_STR_SPACEPAD);
  sample.write_booleans("y", {true, false, true});
  sample.write_strings("class_names", {"no", "yes"});
}

void write_packed(Hdf5Sample& sample) {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6, 7, 8};
  sample.set_chunk({3});
  sample.write("weight", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {4}, x.data());
  Hdf5Sample::must(H5Pset_shuffle(sample.creation()));
  Hdf5Sample::must(H5Pset_deflate(sample.creation(), 6));
  sample.write_strings("text", {"a", "b", "c", "d"});
  sample.write("y", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {4}, x.data());
  Hdf5Sample::must(H5Pset_fletcher32(sample.creation()));
  sample.set_chunk({2, 2});
  sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {4, 2}, x.data());
}

void write_links(Hdf5Sample& sample) {
  write_plain(sample);
  sample.create_group("g");
  const double compact = 7;
  Hdf5Sample::must(H5Pset_layout(sample.creation(), H5D_COMPACT));
  sample.write("compact", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {}, &compact);
  sample.soft_link("soft", "/g/../X");
  sample.soft_link("loop", "loop");
}

void add_hdf5(Seeds& seeds) {
  const testing::TemporaryFolder folder;
  const std::string path = folder / "sample.h5";
  for (const auto write : {write_plain, write_texts, write_packed, write_links}) {
    {
      Hdf5Sample sample(path);
      write(sample);
    }
    for (const std::string& choices : {"\0\0\0"s, "\1\0\0"s, "\0\1\3"s}) {
      seeds.add("hdf5", choices, testing::text_of(path));
    }
  }
}

void add_heap(Seeds& seeds) {
  // Two references to the objects 1 and 2 of a collection of 80 bytes at 48 (widths of 8 bytes).
  const std::string reference = "\5\0\0\0"s + "\x30\0\0\0\0\0\0\0"s;
  const std::string collection = "GCOL\1\0\0\0"s + "\x50\0\0\0\0\0\0\0"s;
  const std::string object = "\1\0\0\0\0\0\0\0"s + "\5\0\0\0\0\0\0\0"s + "hello\0\0\0"s;
  const std::string references = reference + "\1\0\0\0"s + reference + "\2\0\0\0"s + std::string(16, '\0');
  seeds.add("hdf5_heap", "\0\0\2"s, references + collection + object + "\2" + object.substr(1) + std::string(16, '\0'));
  seeds.add("hdf5_heap", "\1\1\2"s, references + collection);
}

void add_chunks(Seeds& seeds) {
  const std::string values(64, '\x3f');
  const std::string packed = "\x78\x01\xb3\xb7\xa7\x0c\x00\x00\x00\x3e\x0f\xc1"s;  // 64 times the byte 0x3f, deflated
  for (const char filters : {'\0', '\1', '\2', '\3', '\4', '\7', '\x0b'}) {
    for (const char type : {'\0', '\1', '\2', '\3'}) {
      const bool is_packed = (filters & 2) != 0;
      seeds.add("hdf5_chunks", {'\3', '\1', filters, type, '\0'}, is_packed ? packed : values);
      seeds.add("hdf5_chunks", {'\3', '\1', filters, type, '\2'}, values);
    }
  }
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return EXIT_FAILURE;
  }
  lockstep::Seeds seeds(argv[1]);
  lockstep::add_libsvm(seeds);
  lockstep::add_vw(seeds);
  lockstep::add_csv(seeds);
  lockstep::add_idx(seeds);
  lockstep::add_numpy(seeds);
  lockstep::add_config(seeds);
  lockstep::add_sealed(seeds);
  lockstep::add_hdf5(seeds);
  lockstep::add_heap(seeds);
  lockstep::add_chunks(seeds);
  return EXIT_SUCCESS;
}
