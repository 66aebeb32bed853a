using System.Threading;
using Testbed.Collector;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Collector;

public unsafe class MarkWorkBuffersTests
{
    private static readonly WorldOptions s_options = new() { WorkBufferLength = 5, WorkBuffersPerChunk = 2 };

    [Fact]
    public void BuffersAreReusedAndAllComeBack()
    {
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        WorkBuffer* first = buffers.GetEmpty(null);
        WorkBuffer* second = buffers.GetEmpty(null);
        WorkBuffer* third = buffers.GetEmpty(null);
        Assert.True(first != second && second != third && first != third);
        buffers.PutEmpty(second);
        Assert.Throws<CorruptionException>(buffers.CheckAtRest);
        Assert.True(buffers.GetEmpty(null) == second);
        buffers.PutEmpty(first);
        buffers.PutEmpty(second);
        buffers.PutEmpty(third);
        buffers.CheckAtRest();
    }

    [Fact]
    public void WorkLeftIsFound()
    {
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        WorkBuffer* buffer = Filled(buffers, 1);
        buffers.PutFull(buffer);
        Assert.Throws<CorruptionException>(buffers.CheckAtRest);
    }

    [Fact]
    public void EmptyAndFullAreNotMixedUp()
    {
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        WorkBuffer* empty = buffers.GetEmpty(null);
        Assert.Throws<CorruptionException>(() => buffers.PutFull(empty));
        WorkBuffer* full = Filled(buffers, 5);
        Assert.True(buffers.IsFull(full));
        Assert.Throws<CorruptionException>(() => buffers.PutEmpty(full));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void HandoffKeepsTheNewestHalf(int count)
    {
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        termination.Setup(1);
        WorkBuffer* buffer = Filled(buffers, count);
        WorkBuffer* half = buffers.Handoff(buffer);
        Assert.Equal(count / 2, half->Count);
        WorkBuffer* shared = buffers.GetFull(null);
        Assert.True(shared == buffer);
        Assert.Equal(count - (count / 2), shared->Count);
        for (int i = 0; i < count; i++)
        {
            WorkItem* item = i < shared->Count
                ? WorkBuffer.ItemOf(shared, i)
                : WorkBuffer.ItemOf(half, i - shared->Count);
            Assert.Equal(8 * (i + 1), item->Start);
            Assert.Equal((nuint)i, item->Bytes);
            Assert.True(item->Type == (TypeInfo*)(16 * i));
        }
    }

    [Fact]
    public void SomebodyStarvesOnlyWithoutWorkToTake()
    {
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        termination.Setup(2);
        Assert.False(buffers.SomebodyStarves);
        termination.CountIdle();
        Assert.True(buffers.SomebodyStarves);
        buffers.PutFull(Filled(buffers, 1));
        Assert.False(buffers.SomebodyStarves);
    }

    [Fact]
    public void LoneWorkerEndsAtOnce()
    {
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        termination.Setup(1);
        Assert.True(buffers.GetFull(buffers.GetEmpty(null)) == null);
        buffers.CheckAtRest();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void NothingIsLostAndNobodyLeavesEarly(int workers)
    {
        // The loop of the object scanner on a tree of numbers instead of objects: n leads to 2n and 2n + 1.
        const int pieces = 2000;
        const int rounds = 50;
        using var termination = new MarkTermination<NativeSync>();
        using var buffers = new WorkBuffers<NativeSync>(s_options, termination);
        int[] done = new int[pieces + 1];
        int sum = 0;
        using var barrier = new Barrier(workers, phase =>
        {
            if (phase.CurrentPhaseNumber % 2 == 1)
            {
                Assert.All(done.Skip(1), count => Assert.Equal(1, count));
                buffers.CheckAtRest();
                return;
            }

            Array.Clear(done);
            sum = 0;
            termination.Setup(workers);
            WorkBuffer* root = buffers.GetEmpty(null);
            WorkBuffer.Push<NativeSync>(root, 1, 0, null);
            buffers.PutFull(root);
        });
        Threads.Run(workers, _ =>
        {
            for (int round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                WorkBuffer* buffer = buffers.GetFull(null);
                while (buffer != null)
                {
                    buffer = Step(buffers, buffer, done, ref sum);
                }

                Assert.Equal(pieces, Volatile.Read(ref sum));
                barrier.SignalAndWait();
            }
        });
    }

    private static WorkBuffer* Step(WorkBuffers<NativeSync> buffers, WorkBuffer* buffer, int[] done, ref int sum)
    {
        if (buffer->Count == 0)
        {
            return buffers.GetFull(buffer);
        }

        if (buffer->Count > 1 && buffers.SomebodyStarves)
        {
            buffer = buffers.Handoff(buffer);
        }

        buffer->Count--;
        int piece = (int)WorkBuffer.ItemOf(buffer, buffer->Count)->Start;
        Interlocked.Increment(ref done[piece]);
        for (int next = 2 * piece; next <= Math.Min((2 * piece) + 1, done.Length - 1); next++)
        {
            if (buffers.IsFull(buffer))
            {
                buffer = buffers.GetEmpty(buffer);
            }

            WorkBuffer.Push<NativeSync>(buffer, next, 0, null);
        }

        Interlocked.Increment(ref sum);
        return buffer;
    }

    private static WorkBuffer* Filled(WorkBuffers<NativeSync> buffers, int count)
    {
        WorkBuffer* buffer = buffers.GetEmpty(null);
        for (int i = 0; i < count; i++)
        {
            WorkBuffer.Push<NativeSync>(buffer, 8 * (i + 1), (nuint)i, (TypeInfo*)(16 * i));
        }

        return buffer;
    }
}
