using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Three workers divide work that makes more work: they share full buffers, split theirs when somebody starves, and
/// stop when all have run out. No piece is lost or done twice, nobody waits for ever, nobody leaves early.
/// </summary>
/// <param name="name">The scenario's name.</param>
/// <param name="bounds">What it is bounded to, if it is small enough for a proof.</param>
/// <param name="given">How many pieces of work the first worker has from the start.</param>
/// <param name="pieces">How many there are in all; piece n makes pieces 3n - 1 to 3n + 1, but for those given.</param>
/// <param name="bufferLength">How many pieces a work buffer holds.</param>
internal sealed unsafe class HandoffGetfull(string name, string? bounds, int given, int pieces, int bufferLength)
    : Scenario
{
    private const int Workers = 3;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string? Bounds => bounds;

    /// <inheritdoc/>
    public override string Summary
        => "workers share, split and run out of work: nothing is lost, nobody waits for ever or leaves early";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["work.*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        WorldOptions options = SmallWorld.Options(Workers) with { WorkBufferLength = bufferLength };
        using var termination = new MarkTermination<TSync>();
        using var buffers = new WorkBuffers<TSync>(options, termination);
        int* done = TSync.Allocate<int>((nuint)pieces + 1, "done");
        termination.Setup(Workers);
        var worker = new Worker<TSync>(options, buffers, done, given, pieces);
        SyncThread first = TSync.StartThread("first", () => worker.Work(isFirst: false));
        SyncThread second = TSync.StartThread("second", () => worker.Work(isFirst: false));
        worker.Work(isFirst: true);
        TSync.Join(first);
        TSync.Join(second);
        buffers.CheckAtRest();
        TSync.Free(done);
    }

    /// <summary>
    /// A worker's part: the loop of the object scanner with numbers instead of objects.
    /// </summary>
    /// <remarks>
    /// What is done is counted by plain accesses: whoever has a piece has it alone, and whoever leaves comes after all.
    /// </remarks>
    private sealed class Worker<TSync>(WorldOptions options, WorkBuffers<TSync> buffers, int* done, int given, int pieces)
        where TSync : struct, ISync
    {
        internal void Work(bool isFirst)
        {
            WorkBuffer* buffer = buffers.GetEmpty(null);
            for (int piece = 1; isFirst && piece <= given; piece++)
            {
                Add(ref buffer, piece);
            }

            while ((buffer = TakePiece(buffer, out int piece)) != null)
            {
                OracleException.Require(TSync.Read(done + piece) == 0, $"piece {piece} is done twice");
                TSync.Write(done + piece, 1);
                for (int next = Math.Max((3 * piece) - 1, given + 1); next <= Math.Min((3 * piece) + 1, pieces); next++)
                {
                    Add(ref buffer, next);
                }

                if (TSync.Read(&buffer->Count) > options.HandoffThreshold && buffers.SomebodyStarves)
                {
                    buffer = buffers.Handoff(buffer);
                }
            }

            for (int piece = 1; piece <= pieces; piece++)
            {
                OracleException.Require(TSync.Read(done + piece) == 1, $"a worker leaves before piece {piece} is done");
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
