using Slipway.Lake.Tests;

namespace Slipway.Lake.Contracts;

/// <summary>The YAML of a suite of expectations.</summary>
public static class DataTestFile
{
    /// <summary>Refuses (InvalidParameter), a line each, what is wrong with it.</summary>
    public static void Check(string yaml, string source) => SuiteReader.Read(yaml, source);
}
