using Xunit;

namespace Slipway.Architecture;

internal static class Findings
{
    /// <summary>Fails with every finding on a line of its own; <c>Assert.Empty</c> would cut them short.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var list = findings.ToList();
        if (list.Count > 0)
            Assert.Fail(string.Join('\n', list));
    }
}
