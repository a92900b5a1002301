/// The schema in a model file, and in a data file that was made from another.
///
/// | dataset             | shape  | content                                                                  |
/// | /schema/name        | T      | of the columns; in file order where is_table is 1                        |
/// | /schema/role        | T      | feature, label, weight, offset, exposure, id, group, ignored                  |
/// | /schema/kind        | T      | number, boolean, text, category, hashed | | /schema/feature     | T      | of a
/// feature: the first column of X that it fills, from 0; else −1       | | /schema/width       | T      | columns of X
/// that it fills                                               | | /schema/level_count | T      | levels of each column
/// | | /schema/levels      | number | those of all columns, one after another                                  | |
/// /schema/is_table    | scalar | 1 or 0                                                                   | |
/// /schema/formula     | text   | where there is one: features have places among them and width 1          | |
/// /schema/polynomials | number | of its polynomials of degree k: centre, scale, k α, k + 1 ν              |
#pragma once

#include "data/schema.h"
#include "io/hdf5_image.h"
#include "io/hdf5_writer.h"

#include <optional>
#include <string>
#include <vector>

namespace lockstep {

void write_schema(const Schema& schema, Hdf5Writer& file);

/// What a data file that was made from a table, or from hashed names, says of their columns, `features` columns of X in
/// all; none where it says nothing, or was made from something else. Throws DataError and ConfigurationError where what
/// it says cannot be.
std::optional<Schema> stored_table(Hdf5ImageReader& file, Index features, const std::string& path);

/// False for models of versions that kept names alone.
bool has_schema(const Hdf5ImageReader& image);

/// The schema of a model of `features` features; of an earlier version, as far as names tell it: weight, offset and
/// exposure stand in its configuration. Throws DataError where the datasets do not make a schema, or one of another
/// model.
Schema read_schema(Hdf5ImageReader& image, Index features, const std::string& path);

/// All of a schema as texts, no two alike.
std::vector<std::string> schema_words(const Schema& schema);

}  // namespace lockstep
