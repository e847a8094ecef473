using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>Says what is wrong with a version's files in the user's terms: blobs have no names of their own.</summary>
internal static class UnreadableTable
{
    /// <summary>Runs what reads the table; a file that cannot be read is the data's fault and becomes InvalidParameter.</summary>
    public static T Explain<T>(Func<T> read, LakeTable table)
    {
        try
        {
            return read();
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, Message(exception.Message, table), exception);
        }
        catch (AggregateException several) when (several.InnerException is SlipwayException { Code: ErrorCode.EngineFailed } first)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, Message(first.Message, table), several);
        }
        catch (AggregateException several) when (several.InnerException is OperationCanceledException)
        {
            throw new OperationCanceledException(several.Message, several);
        }
    }

    /// <summary>The engine's message with the files' own names in place of the paths of their blobs.</summary>
    public static string Message(string engine, LakeTable table)
    {
        // "… \n\nLINE 1: select * from read_csv([…" repeats a query that the user did not write; "Possible …" its options.
        foreach (var end in new[] { "\nLINE ", "\nPossible ", "\n  file = " })
            engine = engine.Split(end)[0].TrimEnd();
        foreach (var (file, name) in table.Names)
            engine = engine.Replace(file, name, StringComparison.Ordinal);
        return $"The data cannot be read: {engine}";
    }
}
