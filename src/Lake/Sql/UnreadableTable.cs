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

    private static string Message(string engine, LakeTable table) => $"The data cannot be read: {EngineMessage.ExplainFile(engine, table.Names)}";
}
