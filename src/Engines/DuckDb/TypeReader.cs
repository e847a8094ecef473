namespace Slipway.Engines.DuckDb;

/// <summary>Reads a duckdb_logical_type.</summary>
internal static unsafe class TypeReader
{
    /// <summary>Reads the type and destroys the native one.</summary>
    public static DuckDbType Take(nint native)
    {
        try
        {
            return Read(native);
        }
        finally
        {
            Native.duckdb_destroy_logical_type(&native);
        }
    }

    private static DuckDbType Read(nint native)
    {
        var id = Native.duckdb_get_type_id(native);
        var alias = Native.duckdb_logical_type_get_alias(native);
        var type = new DuckDbType(id) { Alias = alias is null ? null : NativeText.Take(alias) };
        return id switch
        {
            DuckDbTypeId.Decimal => type with
            {
                Width = Native.duckdb_decimal_width(native),
                Scale = Native.duckdb_decimal_scale(native),
            },
            DuckDbTypeId.Enum => type with { EnumValues = EnumValues(native) },
            DuckDbTypeId.List => type with { Element = Take(Native.duckdb_list_type_child_type(native)) },
            DuckDbTypeId.Array => type with
            {
                Element = Take(Native.duckdb_array_type_child_type(native)),
                ArraySize = (int)Native.duckdb_array_type_array_size(native),
            },
            DuckDbTypeId.Map => type with
            {
                Fields =
                [
                    new("key", Take(Native.duckdb_map_type_key_type(native))),
                    new("value", Take(Native.duckdb_map_type_value_type(native))),
                ],
            },
            DuckDbTypeId.Struct => type with { Fields = StructFields(native) },
            DuckDbTypeId.Union => type with { Fields = UnionMembers(native) },
            _ => type,
        };
    }

    private static string[] EnumValues(nint native)
    {
        var values = new string[Native.duckdb_enum_dictionary_size(native)];
        for (var i = 0; i < values.Length; i++)
            values[i] = NativeText.Take(Native.duckdb_enum_dictionary_value(native, (ulong)i));
        return values;
    }

    private static DuckDbField[] StructFields(nint native)
    {
        var fields = new DuckDbField[Native.duckdb_struct_type_child_count(native)];
        for (var i = 0ul; i < (ulong)fields.Length; i++)
        {
            fields[i] = new DuckDbField(
                NativeText.Take(Native.duckdb_struct_type_child_name(native, i)),
                Take(Native.duckdb_struct_type_child_type(native, i)));
        }

        return fields;
    }

    private static DuckDbField[] UnionMembers(nint native)
    {
        var members = new DuckDbField[Native.duckdb_union_type_member_count(native)];
        for (var i = 0ul; i < (ulong)members.Length; i++)
        {
            members[i] = new DuckDbField(
                NativeText.Take(Native.duckdb_union_type_member_name(native, i)),
                Take(Native.duckdb_union_type_member_type(native, i)));
        }

        return members;
    }
}
