using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Three workers divide work that makes more work: they share full buffers, split theirs when somebody starves, and
/// stop when all have run out. No piece is lost or done twice, nobody waits for ever, nobody leaves early.
/// </summary>
internal sealed unsafe class HandoffGetfull : Scenario
{
    private const int Workers = 3;
    private const int Pieces = 13;

    /// <inheritdoc/>
    public override string Name => "handoff-getfull";

    /// <inheritdoc/>
    public override string Summary
        => "workers share, split and run out of work: nothing is lost, nobody waits for ever or leaves early";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        WorldOptions options = SmallWorld.Options(Workers) with { WorkBufferLength = 3 };
        using var termination = new MarkTermination<TSync>();
        using var buffers = new WorkBuffers<TSync>(options, termination);
        var done = new int[Pieces + 1];
        termination.Setup(Workers);
        var worker = new Worker<TSync>(options, buffers, done);
        SyncThread first = TSync.StartThread("first", () => worker.Work(root: 0));
        SyncThread second = TSync.StartThread("second", () => worker.Work(root: 0));
        worker.Work(root: 1);
        TSync.Join(first);
        TSync.Join(second);
        buffers.CheckAtRest();
    }

    /// <summary>
    /// A worker's part: the loop of the object scanner with numbers instead of objects. Piece n makes pieces
    /// 3n - 1 to 3n + 1.
    /// </summary>
    /// <remarks>What is done is plain managed data: for an engine that runs one thread at a time.</remarks>
    private sealed class Worker<TSync>(WorldOptions options, WorkBuffers<TSync> buffers, int[] done)
        where TSync : struct, ISync
    {
        internal void Work(int root)
        {
            WorkBuffer* buffer = buffers.GetEmpty(null);
            if (root != 0)
            {
                Add(ref buffer, root);
            }

            while ((buffer = TakePiece(buffer, out int piece)) != null)
            {
                OracleException.Require(++done[piece] == 1, $"piece {piece} is done twice");
                for (int next = (3 * piece) - 1; next <= Math.Min((3 * piece) + 1, Pieces); next++)
                {
                    Add(ref buffer, next);
                }

                if (TSync.Read(&buffer->Count) > options.HandoffThreshold && buffers.SomebodyStarves)
                {
                    buffer = buffers.Handoff(buffer);
                }
            }

            for (int piece = 1; piece <= Pieces; piece++)
            {
                OracleException.Require(done[piece] == 1, $"a worker leaves before piece {piece} is done");
            }
        }

        private WorkBuffer* TakePiece(WorkBuffer* buffer, out int piece)
        {
            int count = TSync.Read(&buffer->Count);
            if (count == 0)
            {
                buffer = buffers.GetFull(buffer);
                if (buffer == null)
                {
                    piece = 0;
                    return null;
                }

                count = TSync.Read(&buffer->Count);
            }

            TSync.Write(&buffer->Count, count - 1);
            piece = (int)TSync.Read(&WorkBuffer.ItemOf(buffer, count - 1)->Start);
            return buffer;
        }

        private void Add(ref WorkBuffer* buffer, int piece)
        {
            if (buffers.IsFull(buffer))
            {
                buffer = buffers.GetEmpty(buffer);
            }

            int count = TSync.Read(&buffer->Count);
            TSync.Write(&WorkBuffer.ItemOf(buffer, count)->Start, piece);
            TSync.Write(&buffer->Count, count + 1);
        }
    }
}
