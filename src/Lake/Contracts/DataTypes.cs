using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>Data types in Azure ML's spelling.</summary>
public static class DataTypes
{
    private static readonly Dictionary<string, DataType> s_byText = new(StringComparer.OrdinalIgnoreCase)
    {
        ["uri_file"] = DataType.UriFile,
        ["uri_folder"] = DataType.UriFolder,
        ["mltable"] = DataType.MlTable,
    };

    public static DataType Parse(string text) => s_byText.TryGetValue(text, out var type)
        ? type
        : throw SlipwayException.Invalid(
            $"'{text}' is not a data type.{Nearest.Hint(text, s_byText.Keys)} Known: {string.Join(", ", s_byText.Keys)}.");

    public static string Text(DataType type) => s_byText.First(pair => pair.Value == type).Key;
}
