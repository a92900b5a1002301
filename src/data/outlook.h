/// What a data file will take, foreseen from its header and its first rows.
#pragma once

#include "data/reader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

struct DataOutlook {
  std::int64_t rows = 0;            ///< n
  std::int64_t features = 0;        ///< d; at least so many unless all are known
  std::int64_t fields = 0;          ///< of a row of text, at least
  std::int64_t stored_entries = 0;  ///< nonzeros, if all rows are as dense as the first ones
  std::int64_t columns = 0;         ///< numbers a row beside the features: label, weight, offset
  std::int64_t classes = 0;         ///< K, at least so many; 0: labels are numbers
  std::int64_t file_bytes = 0;
  std::int64_t reader_bytes = 0;  ///< held beside the rows while they are read, at most
  bool is_dense = false;          ///< the reader holds all d numbers of a row
  bool is_text = false;
  bool has_all_features = true;        ///< d is exact
  std::int64_t least_entry_bytes = 0;  ///< of sparse text
  bool has_any_row = false;            ///< features need not be in memory: any row can be read at any time
  bool is_counted = true;              ///< n is exact
  bool is_whole = true;                ///< all rows were seen: everything is exact

  /// The same with as many rows and entries as the bytes of a text can hold.
  DataOutlook at_most() const;
};

struct DataHead {
  DataOutlook outlook;
  Schema schema;
  std::vector<std::string> notices;  ///< how it was understood
};

/// Reads the head of a file, about a megabyte, with the errors of read_data() that show there. Not Collective.
DataHead foresee_data(const ReadSettings& settings);

/// Counts the rows of a text (and the entries of sparse text, explicit zeros included) in one pass over its bytes,
/// which holds none of them. Collective. Throws what read_data() throws.
void count_rows(const ReadSettings& settings, DataOutlook& outlook, Communicator& comm);

}  // namespace lockstep
